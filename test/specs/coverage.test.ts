import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { runLine } from '../support/command-line.js';

const nodes = '/kapis/resources.kubesphere.io/v1alpha3/nodes';
const generic = 'GET /kapis/resources.kubesphere.io/v1alpha3/{resources}';

function found(report: { details: readonly { operation: string }[] }, operation: string): unknown {
  return report.details.find((detail) => detail.operation === operation);
}

test('counts what was asked, per operation and status, over resets', async () => {
  await using ks = await startFakeKsApiserver();
  expect(await ks.coverage()).toMatchObject({ release: 'v4.1', operations: 226, covered: 0, percent: 0 });
  await fetch(ks.url + nodes);
  await ks.reset();
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  await fetch(`${ks.url}${nodes}?limit=1`, { headers });
  await fetch(`${ks.url}/clusters/host${nodes}`, { headers });
  const report = await ks.coverage();
  expect(report.covered).toBe(1);
  expect(report.groups.filter(({ covered }) => covered > 0)).toEqual([
    expect.objectContaining({ group: 'resources.kubesphere.io/v1alpha3', covered: 1 }),
  ]);
  expect(report.groups.reduce((sum, { operations }) => sum + operations, 0)).toBe(226);
  expect(found(report, generic)).toEqual({
    operation: generic,
    served: 'stateful',
    statuses: { 200: 2, 403: 1 },
    covered: true,
  });
});

test.for([
  ['v3.0', 'GET /apis/tenant.kubesphere.io/v1alpha1/workspaces/{name}/status', 'absent'],
  ['v3.0', 'POST /apis/devops.kubesphere.io/v1alpha3/pipelines', 'absent'],
  ['v3.0', 'GET /apis/devops.kubesphere.io/v1alpha3/pipelines', 'stateful'],
  ['v3.4', 'POST /apis/devops.kubesphere.io/v1alpha1/s2ibuilders', 'absent'],
  ['v3.4', 'PUT /apis/cluster.kubesphere.io/v1alpha1/clusters/{name}/status', 'absent'],
  ['v3.4', 'GET /apis/devops.kubesphere.io/v1alpha1/s2ibuildertemplates/{name}/status', 'stateful'],
  [
    'v3.1',
    'DELETE /kapis/iam.kubesphere.io/v1alpha2/namespace/{namespace}/rolebindings/{rolebinding}',
    'stateful',
  ],
  ['v3.3', 'GET /kapis/gitops.kubesphere.io/v1alpha1/{path}', 'stateful'],
  ['v3.4', 'POST /kapis/iam.kubesphere.io/v1alpha2/login', 'absent'],
  ['v3.3', 'POST /kapis/iam.kubesphere.io/v1alpha2/login', 'stateful'],
  ['v4.1', 'POST /kapis/config.kubesphere.io/v1alpha2/configs/theme', 'absent'],
] as const)('of %s, %s is %s, and stays so once asked for', async ([release, operation, served]) => {
  await using ks = await startFakeKsApiserver({ release });
  const before = await ks.coverage();
  expect(found(before, operation)).toMatchObject({ served });
  expect(before.stateful + before.generated + before.absent).toBe(before.operations);
  const [method = '', path = ''] = operation.split(' ');
  const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
  const body = method === 'POST' ? '{}' : null;
  await fetch(ks.url + path.replace(/{\w+}/g, 'shop'), { method, headers, body });
  const after = found(await ks.coverage(), operation);
  expect(after).toMatchObject({ served });
  expect(Object.keys((after as { statuses: object }).statuses)).toHaveLength(1);
});

test.for(['v3.3', 'v3.4'] as const)(
  'in %s counts all of a group that is passed on as a whole',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    const projects = '/kapis/devops.kubesphere.io/v1alpha3/workspaces/demo/devops';
    expect((await fetch(ks.url + projects, { headers })).status).toBe(200);
    expect(found(await ks.coverage(), 'GET /kapis/devops.kubesphere.io/v1alpha3/{path}')).toMatchObject({
      statuses: { 200: 1 },
      covered: true,
    });
  },
);

test('says the same over HTTP as in process', async () => {
  await using ks = await startFakeKsApiserver();
  await fetch(ks.url + nodes);
  expect(await (await fetch(`${ks.controlUrl}/coverage`)).json()).toEqual(await ks.coverage());
});

test('names the documents of the release', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const documents = [
    { name: 'kubesphere', operations: 212 },
    { name: 'kubesphere-crd', operations: 118 },
  ];
  expect(await (await fetch(`${ks.controlUrl}/specs`)).json()).toEqual({ release: 'v3.0', documents });
});

test('coverage asks the port the environment names', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const result = await runLine(['coverage'], { FAKE_KS_PORT: new URL(ks.url).port });
  expect(result.stdout).toMatch(/^v3.0: 0 of 330 /);
});

test.for([
  [['--format', 'text'], 0, `! ${generic}  403×1`],
  [['--format', 'text'], 0, /^ {2}resources\.kubesphere\.io\/v1alpha3 +0 of \d+ \(0%\)$/m],
  [['--format', 'json'], 0, '"percent": 0'],
  [['--format', 'junit'], 0, `name="${generic}"><skipped message="only refused: 403×1"/></testcase>`],
  [['--format', 'junit'], 0, '><skipped message="not asked for"/></testcase>'],
  [
    ['--format', 'junit'],
    0,
    /<testsuites name="coverage" tests="227" failures="0" skipped="226">\n {2}<testsuite name="threshold" tests="1" failures="0" skipped="0">/,
  ],
  [['--format', 'junit', '--threshold', '0'], 0, /name="at least 0% of the operations are covered"\/>/],
  [
    ['--format', 'junit', '--threshold', '1'],
    1,
    /<testsuites name="coverage" tests="227" failures="1" skipped="226">\n {2}<testsuite name="threshold" tests="1" failures="1" skipped="0">\n.*<failure message="0% of the operations are covered, less than 1%"\/>/,
  ],
  [['--threshold', '1'], 1, '0 of 226'],
  [['--threshold', '0.1'], 1, '0 of 226'],
  [['--threshold', '1e9'], 2, ''],
  [['--format', 'xml'], 2, ''],
  [['--threshold', '101'], 2, ''],
] as const)('coverage %j exits with %i', async ([flags, code, text]) => {
  await using ks = await startFakeKsApiserver();
  await fetch(ks.url + nodes);
  const result = await runLine(['coverage', '--url', ks.url, ...flags]);
  expect(result.code).toBe(code);
  expect(result.stdout).toMatch(text);
});
