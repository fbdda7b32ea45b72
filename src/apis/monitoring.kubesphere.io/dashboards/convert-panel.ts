import { ApiError, notImplemented } from '../../../core/api-error.js';
import { digArray, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { omitEmpty, StructReader } from './struct-reader.js';

const usualColors = ['#60acfc', '#23c2db', '#64d5b2', '#d5ec5a', '#ffb64e', '#fb816d', '#d15c7f'];
/** Panels Grafana's model knows and the converter passes over. */
const passedOver = new Set(['alertlist', 'dashlist', 'heatmap', 'pluginlist', 'row', 'stat']);
/** Words of a legend, by what is set in it; `show` is told when it is not. */
const legendWords = [
  ['alignAsTable', 'as_table'],
  ['rightSide', 'to_the_right'],
  ['min', 'min'],
  ['max', 'max'],
  ['avg', 'avg'],
  ['current', 'current'],
  ['total', 'total'],
  ['hideEmpty', 'no_null_series'],
  ['hideZero', 'no_zero_series'],
] as const;

/**
 * A panel of KubeSphere for one of Grafana; `undefined` for those that are left out. What Grafana's model does not know
 * becomes a single figure.
 *
 * @throws ApiError 400 for members of another type, 501 for what it is not known how the converter takes it
 * @see kubesphere/monitoring-dashboard tools/converter/dashboard_converter.go
 */
export function convertPanel(given: JsonObject): JsonObject | undefined {
  const common = new StructReader(given, 'CommonPanel');
  const type = common.text('type');
  if (passedOver.has(type)) return undefined;
  if (type === 'timeseries') throw notImplemented('the conversion of a Grafana panel of type "timeseries"');
  const convert = Object.hasOwn(converters, type) ? converters[type] : undefined;
  return convert === undefined ? convertOther(common, given) : convert(common, given);
}

type Convert = (common: StructReader, given: JsonObject) => JsonObject;

const converters: Readonly<Record<string, Convert>> = {
  graph: (common, given) => {
    const panel = new StructReader(given, 'GraphPanel');
    const [first] = panel.structs('yaxes', 'Axis');
    const xaxis = panel.struct('xaxis', 'Axis');
    return {
      ...shared(common, usualColors),
      ...decimalsOf(panel.whole('decimals')),
      ...omitEmpty({
        legend: legendOf(panel.struct('legend', 'Legend')),
        targets: targetsOf(panel),
        bars: panel.flag('bars'),
        lines: panel.flag('lines'),
        stack: panel.flag('stack'),
      }),
      xaxis: omitEmpty({ format: xaxis.text('format'), decimals: xaxis.whole('decimals') }),
      ...(first !== undefined && {
        yaxes: [omitEmpty({ format: unitOf(first.text('format')), decimals: first.whole('decimals') })],
      }),
    };
  },
  singlestat: (common, given) => {
    const panel = new StructReader(given, 'SinglestatPanel');
    const colors = panel.texts('colors');
    const line = panel.struct('sparkline', 'SparkLine');
    const [isShown, isFull] = [line.flag('show'), line.flag('full')];
    const gauge = panel.struct('gauge', 'Gauge');
    return {
      ...shared(common, colors.length === 3 ? colors : usualColors),
      ...decimalsOf(panel.whole('decimals') ?? 0),
      ...omitEmpty({
        format: panel.text('format'),
        targets: targetsOf(panel),
        valueName: panel.text('valueName'),
        sparkline: isShown ? (isFull ? 'full' : 'bottom') : '',
      }),
      gauge: omitEmpty({
        maxValue: Math.trunc(numberIn(gauge, 'maxValue')),
        minValue: Math.trunc(numberIn(gauge, 'minValue')),
        show: gauge.flag('show'),
        thresholdLabels: gauge.flag('thresholdLabels'),
        thresholdMarkers: gauge.flag('thresholdMarkers'),
      }),
    };
  },
  bargauge: (common, given) => {
    const panel = new StructReader(given, 'BarGaugePanel');
    const options = panel.struct('options', 'Options');
    const names = [
      'orientation',
      'textMode',
      'colorMode',
      'graphMode',
      'justifyMode',
      'displayMode',
      'content',
      'mode',
    ];
    return {
      ...shared(common),
      ...omitEmpty({ targets: targetsOf(panel) }),
      options: omitEmpty(Object.fromEntries(names.map((name) => [name, options.text(name)]))),
    };
  },
  table: (common, given) => {
    const panel = new StructReader(given, 'TablePanel');
    const sort = panel.struct('sort', 'Sort');
    return {
      ...shared(common),
      ...omitEmpty({ targets: targetsOf(panel), scroll: panel.flag('scroll') }),
      ...(panel.raw('sort') !== undefined && {
        sort: omitEmpty({ col: sort.whole('col'), desc: sort.flag('desc') }),
      }),
    };
  },
  text: (common, given) => {
    const panel = new StructReader(given, 'TextPanel');
    return { ...shared(common), ...omitEmpty({ mode: panel.text('mode'), content: panel.text('content') }) };
  },
};

/** A panel of a plugin. Targets that do not fit are left out, all of them. */
function convertOther(common: StructReader, given: JsonObject): JsonObject {
  let targets: readonly JsonObject[] = [];
  try {
    targets = targetsOf(new StructReader({ targets: digArray(given, 'targets') }, 'CustomPanel'));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return { ...shared(common), type: 'singlestat', ...omitEmpty({ targets }) };
}

function shared(common: StructReader, colors: readonly string[] = []): JsonObject {
  const height = common.raw('height');
  // The real server panics over these.
  if (height !== undefined && typeof height !== 'string')
    throw notImplemented('the conversion of a Grafana panel whose height is no text');
  const datasource = common.raw('datasource');
  return {
    ...omitEmpty({
      title: common.text('title'),
      type: common.text('type'),
      id: common.whole('id', 'uint'),
    }),
    ...textMember('description', common),
    ...(height !== undefined && { height }),
    ...(datasource !== undefined && textMember('datasource', common)),
    ...omitEmpty({ colors }),
  };
}

/** A pointer to a text: there when it is given, also when it is empty. */
function textMember(name: string, reader: StructReader): JsonObject {
  return reader.raw(name) === undefined ? {} : { [name]: reader.text(name) };
}

function decimalsOf(decimals: number | undefined): JsonObject {
  return decimals === undefined ? {} : { decimals };
}

function numberIn(reader: StructReader, name: string): number {
  const value = reader.raw(name);
  return typeof value === 'number' ? value : (reader.whole(name) ?? 0);
}

function legendOf(legend: StructReader): readonly string[] {
  const words = legendWords.flatMap(([name, word]) => (legend.flag(name) ? [word] : []));
  return legend.flag('show') ? words : ['hide', ...words];
}

function unitOf(format: string): string {
  if (format === 'bytes' || format === 'Bps') return 'Byte';
  return format === 'percent' || format === 'percentunit' ? 'percent (0.0-1.0)' : 'none';
}

/** Queries, those of other sources than Prometheus among them: they have no expression. */
function targetsOf(panel: StructReader): readonly JsonObject[] {
  return panel.structs('targets', 'Target').map((target, at) => {
    const given = target.text('expr');
    const expr = withoutSelectors(given);
    const legendFormat = target
      .text('legendFormat')
      .replace(/\{(\s+\w+\s+)\}/g, (braced) => braced.replace(/\s+/g, ''));
    return omitEmpty({
      expr: expr === '' ? given : expr,
      legendFormat,
      refId: at + 1,
      step: expr === '' ? '' : '1m',
    });
  });
}

/** An expression for any cluster: without label selectors, intervals and thresholds; empty when it has no selector. */
function withoutSelectors(expr: string): string {
  if (!/[{}]/.test(expr)) return '';
  return expr
    .replace(/\$_{0,2}interval/g, '3m')
    .replace(/\{.*?\}/g, '')
    .replace(/>\d+/g, '');
}

/** Panels that stand in a list of panels: those of a row, or one itself. */
export function panelsWithin(given: JsonObject): readonly JsonObject[] {
  if (given['type'] !== 'row') return [given];
  return digArray(given, 'panels').filter((panel: Json): panel is JsonObject => isJsonObject(panel));
}
