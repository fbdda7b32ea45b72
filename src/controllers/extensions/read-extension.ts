import { posix } from 'node:path';
import { loadChart } from '../../charts/load-chart.js';
import { digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { readYamlText } from '../../core/read-yaml-text.js';

/** What a package says of an extension. */
export interface ReadExtension {
  readonly name: string;
  /** Version of the package itself. */
  readonly chartVersion: string;
  /** As in the `spec` of an ExtensionVersion; `undefined` when the package has no `extension.yaml`. */
  readonly spec: JsonObject | undefined;
}

/** Members of `extension.yaml` that an ExtensionVersion has, in the order of its fields. */
const members = [
  'displayName',
  'description',
  'icon',
  'provider',
  'created',
  'version',
  'keywords',
  'sources',
  'repository',
  'category',
  'kubeVersion',
  'ksVersion',
  'home',
  'docs',
  'screenshots',
  'installationMode',
  'externalDependencies',
  'namespace',
];
const types: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/**
 * Reads the package of an extension: what its `extension.yaml` says, with its icon in place of the icon's file name.
 *
 * @throws ChartError for what is no chart, Error for what is no YAML
 * @see kubesphere/kubesphere pkg/controller/core/util.go fetchExtensionVersionSpec
 */
export async function readExtension(bytes: Buffer): Promise<ReadExtension> {
  const { metadata, files } = await loadChart(bytes);
  const about = files.find(({ name }) => name === 'extension.yaml');
  const { name, version: chartVersion } = metadata;
  if (about === undefined) return { name, chartVersion, spec: undefined };
  const given = readYamlText(about.data.toString('utf8'));
  if (!isJsonObject(given)) return { name, chartVersion, spec: undefined };
  const known = Object.fromEntries(
    members.flatMap((key) => (given[key] === undefined || given[key] === null ? [] : [[key, given[key]]])),
  ) as JsonObject;
  const path = digString(known, 'icon').replace(/^\.\//, '');
  const icon = path === '' ? undefined : files.find((file) => file.name === path);
  const type = types[posix.extname(path)] ?? 'application/octet-stream';
  const spec = {
    ...known,
    ...(icon !== undefined && { icon: `data:${type};base64,${icon.data.toString('base64')}` }),
    version: digString(known, 'version') || chartVersion,
    ...(digArray(known, 'keywords').length === 0 && { keywords: undefined }),
  };
  return { name, chartVersion, spec: JSON.parse(JSON.stringify(spec)) as JsonObject };
}
