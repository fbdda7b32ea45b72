import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadChart, readDocuments } from '../../src/charts/load-chart.js';
import { nameableVersion, shortChartName } from '../../src/charts/names.js';
import { readIndex } from '../../src/charts/repo-index.js';
import { compareVersions } from '../../src/charts/semver.js';
import { unpackArchive } from '../../src/charts/unpack-archive.js';
import { fetchBytes } from '../../src/charts/fetch.js';
import { chartOf, indexOf, pack, serveCharts } from '../support/chart.js';

test('a chart is read with all its files', async () => {
  const { metadata, files } = await loadChart(chartOf('hello'));
  expect(metadata).toMatchObject({
    name: 'hello',
    version: '1.0.0',
    appVersion: '9',
    maintainers: [{ name: 'ann', email: 'ann@example.com' }],
  });
  expect(files.map(({ name }) => name)).toEqual(['Chart.yaml', 'values.yaml', 'README.md']);
});

describe('an archive', () => {
  test.for([
    ['of nothing', Buffer.alloc(0), 'EOF'],
    ['cut off in its head', gzipSync('x').subarray(0, 5), 'unexpected EOF'],
    ['that is not compressed', Buffer.from('hello world'), 'gzip: invalid header'],
    ['cut off', chartOf('x').subarray(0, 40), 'unexpected EOF'],
    ['that is no tar', gzipSync(Buffer.alloc(600, 'a')), 'archive/tar: invalid tar header'],
    ['without files', pack({}), 'no files in chart archive'],
    [
      'that unpacks to too much',
      gzipSync(Buffer.alloc(30 * 1024 * 1024)),
      'decompressed chart is larger than the maximum size 20971520',
    ],
    [
      'with a file that is too large',
      pack({ 'x/big': 'a'.repeat(5 * 1024 * 1024 + 1) }),
      'decompressed chart file "x/big" is larger than the maximum file size 5242880',
    ],
    [
      'that leads out of its folder',
      pack({ 'x/../../etc/passwd': 'a' }),
      'chart illegally references parent directory',
    ],
    ['with an absolute path', pack({ 'x//etc/passwd': 'a' }), 'chart illegally contains absolute paths'],
    ['with a drive', pack({ 'x/C:/a': 'a' }), 'chart contains illegally named files'],
    [
      'without a folder',
      pack({ 'Chart.yaml': 'a' }),
      'chart illegally contains content outside the base directory',
    ],
  ] as const)('%s is refused', async ([, bytes, text]) => {
    await expect(unpackArchive(bytes)).rejects.toThrow(text);
  });

  test('may name files like parts of JavaScript objects', async () => {
    const files = await unpackArchive(pack({ 'x/__proto__': 'a', 'x/constructor': 'b' }));
    expect(files.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  });
});

test.for([
  ['name: x', 'validation: chart.metadata.version is required'],
  ['version: 1.0.0', 'validation: chart.metadata.name is required'],
  ['name: x/y\nversion: 1.0.0', 'validation: chart.metadata.name "x/y" is invalid'],
  ['name: x\nversion: one', 'validation: chart.metadata.version "one" is invalid'],
  ['name: x\nversion: 1.0.0\ntype: song', 'validation: chart.metadata.type must be application or library'],
  ['name: [', 'cannot load Chart.yaml: error converting YAML to JSON: yaml: '],
] as const)('a chart described as %j is refused', async ([text, why]) => {
  await expect(loadChart(pack({ 'x/Chart.yaml': text }))).rejects.toThrow(why);
});

test('values that are no YAML are refused', async () => {
  await expect(loadChart(chartOf('x', '1.0.0', { 'x/values.yaml': 'a: [' }))).rejects.toThrow(
    'cannot load values.yaml: ',
  );
});

test('a text of several documents gives its objects, empty ones left out', async () => {
  const text = '# nothing\n---\nkind: A\n--- # more\nkind: B\n---\n';
  expect(await readDocuments(text)).toEqual([{ kind: 'A' }, { kind: 'B' }]);
  await expect(readDocuments('[1]')).rejects.toThrow("Object 'Kind' is missing in '[1]'");
});

test('an index gives charts by name and their versions, the newest first', async () => {
  const index = await readIndex(indexOf({ b: ['1.0.0', '1.10.0', '1.9.0'], a: ['1.0.0-rc.1', '1.0.0'] }));
  expect([...index.keys()]).toEqual(['a', 'b']);
  expect(index.get('b')?.map(({ version }) => version)).toEqual(['1.10.0', '1.9.0', '1.0.0']);
  await expect(readIndex('[')).rejects.toThrow('error converting YAML to JSON');
  await expect(readIndex('- 1')).rejects.toThrow(
    'cannot unmarshal array into Go value of type repo.IndexFile',
  );
});

test.for([
  ['1.0.0', '1.0.1', -1],
  ['v2', '1.9.9', 1],
  ['1.0.0-alpha', '1.0.0', -1],
  ['1.0.0-alpha.1', '1.0.0-alpha.beta', -1],
  ['1.0.0-2', '1.0.0-10', -1],
  ['1.0.0+a', '1.0.0+b', 0],
  ['nonsense', '0.0.1', -1],
  ['9007199254740993.0.0', '9007199254740992.0.0', 1],
] as const)('%s compared to %s', ([a, b, sign]) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(-sign + 0);
});

test('names that Kubernetes would refuse are hashed', () => {
  expect([shortChartName('Hello'), shortChartName('a-chart-with-a-long-name')]).toEqual([
    'hello',
    expect.stringMatching(/^[0-9a-f]{10}$/),
  ]);
  expect([nameableVersion('1.0.0'), nameableVersion('1.0.0+a')]).toEqual([
    '1.0.0',
    expect.stringMatching(/^[0-9a-f]{12}$/),
  ]);
});

describe('an address that cannot be fetched', () => {
  test.each(['secret', 's@cret', 's:@:et'])('is told without its password %s', async (password) => {
    await using charts = await serveCharts({});
    const address = `${charts.url.replace('//', `//ann:${password}@`)}/x.tgz`;
    await expect(fetchBytes(address, {})).rejects.toThrow(
      `failed to fetch ${charts.url.replace('//', '//ann:***@')}/x.tgz : 404 Not Found`,
    );
  });

  test.each([
    ['with a scheme nobody speaks', 'ftp://ann:s@cret@example.com/x', 'Get "ftp://ann:***@example.com/x"'],
    ['that is no URL', 'http://ann:s@cret@:x/', 'Get "http://***:***@:x/"'],
  ])('%s is told without its password', async (_, address, told) => {
    await expect(fetchBytes(address, {})).rejects.toThrow(told);
  });
});
