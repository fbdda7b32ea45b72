import { readArguments } from '../config/read-arguments.js';
import { describeFlags } from '../config/load-config.js';
import { readDecimal } from '../config/read-text.js';
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
    read: readDecimal,
  },
];

const formats: Readonly<Record<string, (report: CoverageReport, threshold: number) => string>> = {
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
  const least = Number(threshold);
  print(show(report, least));
  if (report.percent >= least) return 0;
  warn(`fake-ks-apiserver: ${missed(report, least)}\n`);
  return 1;
}

function asText(report: CoverageReport): string {
  const { release, covered, operations, percent, stateful, generated, absent, groups, details } = report;
  const asked = details.filter(({ statuses }) => Object.keys(statuses).length > 0);
  const width = Math.max(...groups.map(({ group }) => group.length));
  return [
    `${release}: ${String(covered)} of ${String(operations)} operations covered (${String(percent)}%); ` +
      `${String(stateful)} stateful, ${String(generated)} generated, ${String(absent)} not in this release`,
    ...groups.map(
      ({ group, ...sums }) =>
        `  ${group.padEnd(width)}  ${String(sums.covered)} of ${String(sums.operations)} (${String(sums.percent)}%)`,
    ),
    ...asked.map((detail) => `${detail.covered ? '  ' : '! '}${detail.operation}  ${shown(detail)}`),
    '',
  ].join('\n');
}

const hints = { stateful: '', generated: ' (generated)', absent: ' (not in this release)' };

function shown({ statuses, served }: OperationCoverage): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}×${String(count)}`);
  return `${counts.join(' ')}${hints[served]}`;
}

/**
 * A suite per group, and a case per operation: those that were not covered are skipped, and say what became of them. Only a
 * threshold that is missed has failed, as the exit code has it.
 */
function asJunit(report: CoverageReport, threshold: number): string {
  const { release, groups, details } = report;
  const suites = groups.map(({ group }) => {
    const own = details.filter(({ operation }) => groupOf(operation) === group);
    const cases = own.map((detail) => caseOf(detail, release));
    const counts = countsOf(own.length, 0, skippedIn(own));
    return [`  <testsuite name="${escapeXml(group)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
  });
  const failures = report.percent < threshold ? 1 : 0;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="coverage" ${countsOf(details.length + 1, failures, skippedIn(details))}>`,
    `  <testsuite name="threshold" ${countsOf(1, failures, 0)}>`,
    thresholdCase(report, threshold),
    '  </testsuite>',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function thresholdCase(report: CoverageReport, threshold: number): string {
  const name = `at least ${String(threshold)}% of the operations are covered`;
  const open = `    <testcase classname="${report.release}" name="${name}"`;
  if (report.percent >= threshold) return `${open}/>`;
  return `${open}><failure message="${missed(report, threshold)}"/></testcase>`;
}

function missed({ percent }: CoverageReport, threshold: number): string {
  return `${String(percent)}% of the operations are covered, less than ${String(threshold)}%`;
}

function caseOf(detail: OperationCoverage, release: string): string {
  const open = `    <testcase classname="${release}" name="${escapeXml(detail.operation)}"`;
  if (detail.covered) return `${open}/>`;
  const isAsked = Object.keys(detail.statuses).length > 0;
  const why = isAsked ? `only refused: ${shown(detail)}` : 'not asked for';
  return `${open}><skipped message="${escapeXml(why)}"/></testcase>`;
}

function skippedIn(details: readonly OperationCoverage[]): number {
  return details.filter(({ covered }) => !covered).length;
}

function countsOf(tests: number, failures: number, skipped: number): string {
  return `tests="${String(tests)}" failures="${String(failures)}" skipped="${String(skipped)}"`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
