import { parseGoJson } from '../../../core/go-json.js';
import { isJsonObject, type JsonObject } from '../../../core/json.js';
import { convertPanel, panelsWithin } from './convert-panel.js';
import { omitEmpty, StructReader } from './struct-reader.js';

/**
 * The spec of a KubeSphere dashboard for a dashboard of Grafana.
 *
 * @param content Its JSON
 * @throws ApiError 400 for what is no dashboard, 501 for what it is not known how the converter takes it
 * @see kubesphere/monitoring-dashboard tools/converter/dashboard_converter.go
 */
export function convertDashboard(content: string): JsonObject {
  const value = parseGoJson(content, 'unmarshal');
  const board = new StructReader(isJsonObject(value) ? value : {}, 'Board');
  const time = board.struct('time', 'Time');
  const refresh = board.raw('refresh');
  const panels = [
    ...board.objects('panels', 'Panel').flatMap(panelsWithin),
    ...board.structs('rows', 'Row').flatMap((row) => row.objects('panels', 'Panel')),
  ];
  const templatings = board.struct('templating', 'Templating').structs('list', 'TemplateVar');
  const annotations = board.struct('annotations', 'Annotations').structs('list', 'Annotation');
  return {
    ...omitEmpty({
      title: board.text('title'),
      editable: board.flag('editable'),
      shared_crosshair: board.flag('sharedCrosshair'),
      tags: board.texts('tags'),
      auto_refresh: typeof refresh === 'string' ? refresh : '',
      timezone: board.text('timezone'),
      annotations: annotations.flatMap(convertAnnotation),
    }),
    time: omitEmpty({ from: time.text('from'), to: time.text('to') }),
    ...omitEmpty({
      panels: panels.flatMap((panel): readonly JsonObject[] => {
        const converted = convertPanel(panel);
        return converted === undefined ? [] : [converted];
      }),
      templatings: templatings.flatMap(convertVariable),
    }),
  };
}

/** Only tagged ones; the one every dashboard has is left out. */
function convertAnnotation(given: StructReader): readonly JsonObject[] {
  const name = given.text('name');
  const type = given.text('type');
  if (name === 'Annotations & Alerts' || type !== 'tags') return [];
  return [
    omitEmpty({
      name,
      datasource: given.text('datasource'),
      iconColor: given.text('iconColor'),
      tags: given.texts('tags'),
      showLine: given.flag('showLine'),
      lineColor: given.text('lineColor'),
      iconSize: given.whole('iconSize', 'uint'),
      enable: given.flag('enable'),
      query: given.text('query'),
      expr: given.text('expr'),
      step: given.text('step'),
      textField: given.text('textField'),
      textFormat: given.text('textFormat'),
      titleFormat: given.text('titleFormat'),
      tagsField: given.text('tagsField'),
      tagKeys: given.text('tagKeys'),
      type,
    }),
  ];
}

/** Variables without a query, or with one that is no text, are left out. */
function convertVariable(given: StructReader): readonly JsonObject[] {
  const query = given.raw('query');
  if (typeof query !== 'string') return [];
  const options = given.structs('options', 'Option').map((option) =>
    omitEmpty({
      text: option.text('text'),
      value: option.text('value'),
      selected: option.flag('selected'),
    }),
  );
  const count = given.whole('auto_count');
  const hasSource = given.raw('datasource') !== undefined;
  return [
    {
      ...omitEmpty({ name: given.text('name'), type: given.text('type'), auto: given.flag('auto') }),
      ...(count !== undefined && { auto_count: count }),
      ...(hasSource && { datasource: given.text('datasource') }),
      ...omitEmpty({
        options,
        query,
        includeAll: given.flag('includeAll'),
        allFormat: given.text('allFormat'),
        allValue: given.text('allValue'),
        multi: given.flag('multi'),
        multiFormat: given.text('multiFormat'),
        regex: given.text('regex'),
        label: given.text('label'),
        hide: given.whole('hide', 'uint8'),
        sort: given.whole('sort'),
      }),
    },
  ];
}
