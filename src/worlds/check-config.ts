import { parseGoDuration } from '../core/go-duration.js';
import { didYouMean } from '../core/did-you-mean.js';
import { describeInput, type InputProblem } from '../core/input-error.js';
import { dig, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { Release } from '../core/release.js';
import { readConfigurationText } from '../core/server-configuration.js';
import type { Report } from './report.js';

type Test = readonly [fits: (value: Json) => boolean, wanted: string];

const isText: Test = [(value) => typeof value === 'string', 'a text'];
const isFlag: Test = [(value) => typeof value === 'boolean', 'true or false'];
const isCount: Test = [(value) => typeof value === 'number' && value >= 0, 'a number'];
const isDuration: Test = [
  (value) => typeof value === 'number' || (typeof value === 'string' && parseGoDuration(value) !== undefined),
  'a duration like 2h or 10m0s',
];

/** The members of `kubesphere-config` that change what the fake does; all others are taken as they are. */
const members: readonly (readonly [path: string, test: Test])[] = [
  ['authentication.multipleLogin', isFlag],
  ['authentication.authenticateRateLimiterMaxTries', isCount],
  ['authentication.authenticateRateLimiterDuration', isDuration],
  ['authentication.maximumClockSkew', isDuration],
  ['authentication.jwtSecret', isText],
  ...['issuer', 'oauthOptions'].flatMap((place) => [
    [`authentication.${place}.accessTokenMaxAge`, isDuration] as const,
    [`authentication.${place}.accessTokenInactivityTimeout`, isDuration] as const,
    [`authentication.${place}.maximumClockSkew`, isDuration] as const,
    [`authentication.${place}.jwtSecret`, isText] as const,
  ]),
  ['authentication.issuer.url', isText],
  ['authorization.mode', isText],
  ['multicluster.enable', isFlag],
  [
    'multicluster.clusterRole',
    [(value) => value === 'host' || value === 'member' || value === 'none', 'host, member or none'],
  ],
  ['multicluster.hostClusterName', isText],
];

/** The members of `kubesphere-config` in any release. */
const sections =
  'alerting apigateway auditing authentication authorization cache composedapp database devops edgeruntime events experimental extension gateway gpu helmExecutor jaeger kubeedge kubernetes kubesphere ldap logging metering monitoring multicluster mysql network notification openpitrix prometheus redis s3 servicemesh sonarQube telemetry terminal'.split(
    ' ',
  );

const tokenKeys =
  'url issuer jwtSecret signKey signKeyData accessTokenMaxAge accessTokenInactivityTimeout maximumClockSkew clients identityProviders'.split(
    ' ',
  );

/** Members of the sections that are used here; others are only told when they look like slips of these. */
const inSections: readonly (readonly [path: readonly string[], known: readonly string[]])[] = [
  [
    ['authentication'],
    'authenticateRateLimiterMaxTries authenticateRateLimiterDuration loginHistoryRetentionPeriod loginHistoryMaximumEntries maximumClockSkew multipleLogin kubectlImage jwtSecret oauthOptions issuer'.split(
      ' ',
    ),
  ],
  [['authentication', 'issuer'], tokenKeys],
  [['authentication', 'oauthOptions'], tokenKeys],
  [
    ['multicluster'],
    'enable enableFederation clusterRole clusterName hostClusterName agentImage proxyPublishService proxyPublishAddress'.split(
      ' ',
    ),
  ],
];

const metaTexts = ['release', 'jwtSecret', 'kubernetesVersion'];

/** Reports members of a world's configuration that are of the wrong type, or of another release. */
export function checkConfig(document: JsonObject, release: Release, report: Report): void {
  const { meta, config } = document;
  if (isJsonObject(config)) checkMembers(config, ['config'], report);
  if (!isJsonObject(meta)) return;
  const own = meta['config'];
  if (own !== undefined && !isJsonObject(own)) {
    report(['meta', 'config'], `must be a mapping, got ${describeInput(own)}`);
  } else if (own !== undefined) {
    checkMembers(own, ['meta', 'config'], report);
  }
  for (const key of metaTexts) {
    const given = meta[key];
    if (given !== undefined && typeof given !== 'string') {
      report(['meta', key], `must be a text, got ${describeInput(given)}`);
    }
  }
  const recorded = /^v\d+\.\d+/.exec(digString(meta, 'release'))?.[0];
  if (recorded !== undefined && recorded !== release.name) {
    const help = `the world was recorded from ${recorded}, the server is ${release.name}; start it with --release ${recorded}`;
    report(['meta', 'release'], help);
  }
}

/** What is wrong with a `kubesphere.yaml`, with its lines where they are known. @param source What to call it */
export function checkConfigText(text: string, source: string): readonly InputProblem[] {
  let config: JsonObject;
  try {
    config = readConfigurationText(text);
  } catch (error) {
    const { message, linePos } = error as Error & { readonly linePos?: readonly { readonly line: number }[] };
    const line = linePos?.[0]?.line;
    const [why = ''] = message.split(/ at line|\n/);
    return [{ source, ...(line !== undefined && { line }), message: `is no YAML: ${why}` }];
  }
  const problems: InputProblem[] = [];
  const report: Report = (path, message) => {
    problems.push({ source, field: path.join('.'), message });
  };
  checkMembers(config, [], report, true);
  return problems;
}

/** @param live True for what a real server has: of what is not known there only slips are told. */
function checkMembers(config: JsonObject, place: readonly string[], report: Report, live = false): void {
  for (const key of Object.keys(config)) {
    if (sections.includes(key)) continue;
    const guess = didYouMean(key, sections);
    if (!live || guess.includes('did you mean'))
      report([...place, key], `unknown key${guess || '; take it out'}`);
  }
  for (const [path, known] of inSections) {
    for (const key of Object.keys(digObject(config, ...path))) {
      const guess = known.includes(key) ? '' : didYouMean(key, known);
      if (guess.includes('did you mean')) report([...place, ...path, key], `unknown key${guess}`);
    }
  }
  for (const [path, [fits, wanted]] of members) {
    const steps = path.split('.');
    const value = dig(config, ...steps);
    if (value !== undefined && value !== null && !fits(value)) {
      report([...place, ...steps], `must be ${wanted}, got ${describeInput(value)}`);
    }
  }
}
