import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from '../custom-resources/widget.js';

const spec = {
  name: 'one',
  size: 2,
  ratio: 1.5,
  ok: true,
  none: null,
  at: '2026-01-01T00:00:00Z',
  letters: ['a', 'b', 'c'],
  parts: [{ name: 'a', size: 1, ok: true }, { name: 'b', size: 2 }, { name: 'c' }],
  map: { 'c/d': 'slash', z: 1, a: '<' },
};

type Row = readonly [path: string, type: string, cell: unknown];

/** What a column of a type shows of a path; `null` is a blank. */
const rows: readonly Row[] = [
  ['.spec.parts[?(@.name!="a")].name', 'string', 'b'],
  ['.spec.parts[?(@.size>1)].name', 'string', 'b'],
  ['.spec.parts[?(@.size >= 1)].name', 'string', 'a'],
  ['.spec.parts[?(@.size<1)].name', 'string', null],
  ['.spec.parts[?(@.name<="a")].size', 'integer', 1],
  ['.spec.parts[?(@.size<=1.5)].name', 'string', null],
  ['.spec.parts[?(@.size=="1")].name', 'string', null],
  [".spec.parts[?(@.name=='c')]", 'string', '{"name":"c"}'],
  ['.spec.parts[?(@.ok==true)].name', 'string', 'a'],
  ['.spec.parts[?(@.ok)].name', 'string', 'a'],
  ['.spec.parts[?(@.name==b)].name', 'string', null],
  ['.spec.letters[0:2]', 'string', 'a'],
  ['.spec.letters[1:]', 'string', 'b'],
  ['.spec.letters[-1]', 'string', 'c'],
  ['.spec.letters[::2]', 'string', 'a'],
  ['.spec.letters[3]', 'string', null],
  ['.spec.letters[2:9]', 'string', null],
  ['.spec.parts[1, 2].name', 'string', 'b'],
  ['.spec..size', 'integer', 2],
  ['.spec.parts..name', 'string', 'a'],
  ['.spec.map.c/d', 'string', 'slash'],
  [".spec.map['c/d']", 'string', 'slash'],
  ['.spec.map', 'string', '{"a":"\\u003c","c/d":"slash","z":1}'],
  ['.spec.none', 'string', '<no value>'],
  ['.spec.none', 'integer', null],
  ['.spec.none.deeper', 'string', null],
  ['.spec.ratio', 'string', '1.5'],
  ['.spec.ratio', 'integer', 1],
  ['.spec.ok', 'string', 'true'],
  ['.spec.ok', 'boolean', true],
  ['.spec.name', 'boolean', null],
  ['.spec.at', 'date', '24h'],
  ['.spec.name', 'date', '<invalid>'],
  ['.spec.size', 'date', null],
  ['.spec.letters', 'date', null],
  ['.spec.gone', 'date', null],
];

test('columns that a definition declares show what their JSONPath finds first', async () => {
  await using ks = await startFakeKsApiserver({ now: '2026-01-02T00:00:00Z' });
  expect(await cellsOf(ks, rows)).toEqual(['a', ...rows.map(([, , cell]) => cell)]);
});

test('columns end before the first whose JSONPath cannot be read', async () => {
  await using ks = await startFakeKsApiserver();
  const paths = ['.spec.name', '.spec.parts["a"]', '.spec.size'];
  const cells = await cellsOf(
    ks,
    paths.map((path) => [path, 'string', null]),
  );
  expect(cells).toEqual(['a', 'one']);
});

async function cellsOf(
  ks: Awaited<ReturnType<typeof startFakeKsApiserver>>,
  columns: readonly Row[],
): Promise<unknown> {
  const admin = await as(ks, 'admin');
  const additionalPrinterColumns = columns.map(([jsonPath, type], at) => ({
    name: `C${String(at)}`,
    type,
    jsonPath,
  }));
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await admin.send(
    'POST',
    definitionsPath,
    widgetDefinition([widgetVersion(open, { additionalPrinterColumns })]),
  );
  await admin.send('POST', widgetsPath, { metadata: { name: 'a' }, spec });
  const response = await fetch(`${ks.url}${widgetsPath}/a`, {
    headers: {
      Authorization: `Bearer ${await ks.token()}`,
      Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    },
  });
  const { rows: shown } = (await response.json()) as { rows: { cells: unknown[] }[] };
  return shown[0]?.cells;
}
