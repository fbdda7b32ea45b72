import { describe, expect, test } from 'vitest';
import { catalogOf } from '../../src/apis/catalog-of.js';
import type { Resource } from '../../src/registry/contract.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';
import { smallObject } from '../support/small-object.js';

/** These take away what belongs to nobody, or hold what others still have. */
const ownerless = {
  loginrecord: false,
  workspace: false,
  workspacetemplate: false,
  user: false,
  globalrole: false,
  globalrolebinding: false,
  workspacerole: false,
  workspacerolebinding: false,
};

async function sequence(
  admin: Asker,
  resource: Resource,
  version: string,
): Promise<readonly (readonly [string, number])[]> {
  const { group, plural, namespaced } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const path = `${root}${namespaced ? '/namespaces/default' : ''}/${plural}`;
  const isDefinition = plural === 'customresourcedefinitions';
  // Events of both groups are the same objects.
  const isTwin = group === 'events.k8s.io';
  const isApiService = plural === 'apiservices';
  const name = isDefinition
    ? 'things.example.com'
    : isApiService
      ? 'v1.conform.example.com'
      : plural === 'ipaddresses'
        ? '10.0.0.9'
        : `conform-${isTwin ? 'other-' : ''}${plural}`;
  const body = {
    ...smallObject(resource, version, name),
    ...(isDefinition && {
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    }),
  };
  if (isApiService)
    Object.assign(body, {
      spec: {
        group: 'conform.example.com',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { namespace: 'a', name: 'a' },
      },
    });
  if (plural === 'installplans')
    Object.assign(body, { spec: { enabled: true, extension: { name: 'sample', version: '1.0.0' } } });
  const created = await admin.send('POST', path, body);
  if (created.status !== 201) return [[`create: ${created.text}`, created.status]];
  const { resourceVersion } = created.json.metadata;
  const list = await admin.get(path);
  const patched = await admin.send(
    'PATCH',
    `${path}/${name}`,
    { metadata: { labels: { conform: 'yes' } } },
    'application/merge-patch+json',
  );
  const watched = await admin.get(
    `${path}?watch=true&timeoutSeconds=1&resourceVersion=${String(Number(resourceVersion) - 1)}&fieldSelector=metadata.name%3D${name}`,
  );
  const events = watched.text
    .trim()
    .split('\n')
    .filter((line) => line.includes(`"name":"${name}"`));
  const steps: (readonly [string, number])[] = [
    ['get', (await admin.get(`${path}/${name}`)).status],
    ['list', list.json.items.some((item) => item.metadata.name === name) ? list.status : 0],
    [
      patched.status === 200 ? 'patch' : `patch: ${patched.text}`,
      patched.text.includes('conform":"yes') ? patched.status : 0,
    ],
    ['watch', events.length >= 2 ? watched.status : events.length],
    ['delete', (await admin.send('DELETE', `${path}/${name}?gracePeriodSeconds=0`)).status],
    ['gone', (await admin.get(`${path}/${name}`)).status],
  ];
  return steps.filter(([step, code]) => code !== (step === 'gone' ? 404 : 200));
}

describe.for(['v3.4', 'v4.1'] as const)('every kind of %s', (release) => {
  const stored = catalogOf(release).resources.filter(
    ({ verbs, plural }) =>
      ['create', 'get', 'list', 'patch', 'watch', 'delete'].every((verb) => verbs.includes(verb)) &&
      plural !== 'componentstatuses',
  );

  test('is made, read, listed, patched, watched and deleted', { timeout: 120_000 }, async () => {
    await using ks = await startFakeKsApiserver({ release, controllers: ownerless });
    const admin = await as(ks, 'admin');
    if (release === 'v4.1') {
      const version = { metadata: { name: 'installable' }, status: { state: 'active' } };
      await admin.send('POST', '/apis/application.kubesphere.io/v2/applicationversions', version);
    }
    const failures: Record<string, unknown> = {};
    await Promise.all(
      stored.map(async (resource) => {
        const [version = 'v1'] = resource.versions;
        const failed = await sequence(admin, resource, version);
        if (failed.length > 0) failures[`${resource.plural}.${resource.group}/${version}`] = failed;
      }),
    );
    expect(failures).toEqual({});
  });
});
