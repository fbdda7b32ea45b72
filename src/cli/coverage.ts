import { readArguments } from '../config/read-arguments.js';
import { describeFlags } from '../config/load-config.js';
import { readNumber } from '../config/read-text.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import { connectFakeKsApiserver } from '../kit/connect.js';
import { groupOf, type CoverageReport, type OperationCoverage } from '../specs/coverage.js';
import type { Command, CommandContext } from './command.js';

const flags: readonly Flag[] = [
  {
    name: 'url',
    path: ['url'],
    value: 'URL',
    help: 'the server to ask (default: FAKE_KS_URL, else port FAKE_KS_PORT or 9090 of 127.0.0.1)',
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
  const usual = `http://127.0.0.1:${environment['FAKE_KS_PORT'] ?? '9090'}`;
  const url = typeof named === 'string' && named !== '' ? named : usual;
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
  const { release, covered, operations, percent, stateful, generated, groups, details } = report;
  const asked = details.filter(({ statuses }) => Object.keys(statuses).length > 0);
  const width = Math.max(...groups.map(({ group }) => group.length));
  return [
    `${release}: ${String(covered)} of ${String(operations)} operations covered (${String(percent)}%); ` +
      `${String(stateful)} stateful, ${String(generated)} generated`,
    ...groups.map(
      ({ group, ...sums }) =>
        `  ${group.padEnd(width)}  ${String(sums.covered)} of ${String(sums.operations)} (${String(sums.percent)}%)`,
    ),
    ...asked.map((detail) => `${detail.covered ? '  ' : '! '}${detail.operation}  ${shown(detail)}`),
    '',
  ].join('\n');
}

function shown({ statuses, served }: OperationCoverage): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}×${String(count)}`);
  return `${counts.join(' ')}${served === 'generated' ? ' (generated)' : ''}`;
}

/** A suite per group, and a case per operation; those nobody asked for are skipped, those only ever refused have failed. */
function asJunit({ release, groups, details }: CoverageReport): string {
  const suites = groups.map(({ group }) => {
    const own = details.filter(({ operation }) => groupOf(operation) === group);
    const cases = own.map((detail) => caseOf(detail, release));
    return [`  <testsuite name="${escapeXml(group)}" ${countsOf(own)}>`, ...cases, '  </testsuite>'].join(
      '\n',
    );
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="coverage" ${countsOf(details)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(detail: OperationCoverage, release: string): string {
  const open = `    <testcase classname="${release}" name="${escapeXml(detail.operation)}"`;
  switch (outcomeOf(detail)) {
    case 'covered':
      return `${open}/>`;
    case 'skipped':
      return `${open}><skipped/></testcase>`;
    case 'refused':
      return `${open}><failure message="${escapeXml(shown(detail))}"/></testcase>`;
  }
}

function outcomeOf({ covered, statuses }: OperationCoverage): 'covered' | 'skipped' | 'refused' {
  if (covered) return 'covered';
  return Object.keys(statuses).length === 0 ? 'skipped' : 'refused';
}

function countsOf(details: readonly OperationCoverage[]): string {
  const outcomes = details.map(outcomeOf);
  const count = (wanted: string): string => String(outcomes.filter((outcome) => outcome === wanted).length);
  return `tests="${String(details.length)}" failures="${count('refused')}" skipped="${count('skipped')}"`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
