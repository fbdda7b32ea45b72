import { readArguments } from '../config/read-arguments.js';
import { describeFlags } from '../config/load-config.js';
import { readNumber } from '../config/read-text.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import { connectFakeKsApiserver } from '../kit/connect.js';
import type { CoverageReport, OperationCoverage } from '../specs/coverage.js';
import type { Command, CommandContext } from './command.js';

const flags: readonly Flag[] = [
  {
    name: 'url',
    path: ['url'],
    value: 'URL',
    help: 'the server to ask (default: FAKE_KS_URL, else http://127.0.0.1:9090)',
  },
  { name: 'format', path: ['format'], value: 'FORMAT', help: 'text, json or junit (default text)' },
  {
    name: 'threshold',
    path: ['threshold'],
    value: 'PERCENT',
    help: 'exit with 1 when less of the published operations is covered',
    read: readNumber,
  },
];

const formats: Readonly<Record<string, (report: CoverageReport) => string>> = {
  text: asText,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  junit: asJunit,
};

/** Prints which published operations a running server has been asked for. */
export const coverageCommand: Command = {
  help: () => `Usage: fake-ks-apiserver coverage [flags]\n\n${describeFlags(flags)}\n`,
  run: tell,
};

async function tell({ argv, environment, print, warn }: CommandContext): Promise<number> {
  const { settings, words, problems } = readArguments(argv, flags);
  const given = new Map(settings.map(({ path, value }) => [path[0], value]));
  const format = given.get('format') ?? 'text';
  const threshold = given.get('threshold') ?? 0;
  const wrong = [...problems, ...words.map((word) => `${word}: unexpected word; see --help`)];
  const show = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (show === undefined) wrong.push('--format: must be one of text, json, junit');
  if (typeof threshold !== 'number' || threshold < 0 || threshold > 100)
    wrong.push('--threshold: must be a percentage from 0 to 100');
  if (wrong.length > 0 || show === undefined) throw new InputError(wrong);
  const named = given.get('url') ?? environment['FAKE_KS_URL'];
  const url = typeof named === 'string' && named !== '' ? named : 'http://127.0.0.1:9090';
  const report = await (await connectFakeKsApiserver(url)).coverage();
  print(show(report));
  const least = Number(threshold);
  if (report.percent >= least) return 0;
  warn(
    `fake-ks-apiserver: ${String(report.percent)}% of the operations are covered, less than ${String(least)}%\n`,
  );
  return 1;
}

function asText(report: CoverageReport): string {
  const { release, covered, operations, percent, stateful, generated, details } = report;
  const asked = details.filter(({ statuses }) => Object.keys(statuses).length > 0);
  return [
    `${release}: ${String(covered)} of ${String(operations)} operations covered (${String(percent)}%); ` +
      `${String(stateful)} stateful, ${String(generated)} generated`,
    ...asked.map((detail) => `${detail.covered ? '  ' : '! '}${detail.operation}  ${shown(detail)}`),
    '',
  ].join('\n');
}

function shown({ statuses, served }: OperationCoverage): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}×${String(count)}`);
  return `${counts.join(' ')}${served === 'generated' ? ' (generated)' : ''}`;
}

/** One test case per operation; those nobody asked for are skipped, those only ever refused have failed. */
function asJunit({ release, details }: CoverageReport): string {
  const cases = details.map((detail) => {
    const open = `  <testcase classname="${release}" name="${escapeXml(detail.operation)}"`;
    if (detail.covered) return `${open}/>`;
    if (Object.keys(detail.statuses).length === 0) return `${open}><skipped/></testcase>`;
    return `${open}><failure message="${escapeXml(shown(detail))}"/></testcase>`;
  });
  const refused = cases.filter((line) => line.includes('<failure')).length;
  const skipped = cases.filter((line) => line.includes('<skipped')).length;
  const counts = `tests="${String(cases.length)}" failures="${String(refused)}" skipped="${String(skipped)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="coverage" ${counts}>`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
