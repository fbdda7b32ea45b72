import { posix } from 'node:path';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { ChartError } from './chart-error.js';
import { isStrictVersion } from './semver.js';
import { unpackArchive, type ChartFile } from './unpack-archive.js';

/** Somebody who looks after a chart. */
export interface Maintainer extends JsonObject {
  readonly name?: string;
  readonly email?: string;
  readonly url?: string;
}

/** What a chart's `Chart.yaml` says; texts are empty where it says nothing. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly home: string;
  readonly icon: string;
  readonly sources: readonly string[];
  readonly keywords: readonly string[];
  readonly maintainers: readonly Maintainer[];
}

/** A chart that could be read; nothing in it is ever run. */
export interface Chart {
  readonly metadata: ChartMetadata;
  /** Every file, as packed. */
  readonly files: readonly ChartFile[];
}

/**
 * Reads a chart from its package.
 *
 * Differs from Helm: charts inside of it are files like others.
 *
 * @throws ChartError in the words of Helm and Go
 * @see helm/helm pkg/chart/loader/load.go, pkg/chart/metadata.go
 */
export async function loadChart(bytes: Buffer): Promise<Chart> {
  const files = await unpackArchive(bytes);
  const [head] = named(files, 'Chart.yaml');
  if (head === undefined) throw new ChartError('Chart.yaml file is missing');
  const raw = await readYaml(head.data, 'Chart.yaml');
  const metadata = metadataOf(isJsonObject(raw) ? raw : {});
  checkMetadata(metadata, digString(raw, 'type'));
  for (const { data } of named(files, 'values.yaml')) await readYaml(data, 'values.yaml');
  return { metadata, files };
}

/** The CustomResourceDefinitions a chart brings, as written. @throws ChartError for one that is no YAML */
export async function definitionsOf({ files }: Chart): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (const { name, data } of files) {
    if (!name.startsWith('crds/') || !/\.(ya?ml|json)$/.test(name)) continue;
    found.push(...(await readDocuments(data.toString('utf8'))));
  }
  return found.filter((one) => digString(one, 'spec', 'names', 'plural') !== '');
}

/** The objects of a YAML text of several documents; those without a kind are refused as Go's decoder does. */
export async function readDocuments(text: string): Promise<readonly JsonObject[]> {
  const { parseYamlBody } = await import('../kube/yaml/read-yaml.js');
  const found: JsonObject[] = [];
  for (const part of text.split(/^---(?=\s|$).*$/m)) {
    if (part.replace(/^[ \t]*#.*$/gm, '').trim() === '') continue;
    let value: Json;
    try {
      value = JSON.parse(parseYamlBody(part).json) as Json;
    } catch (error) {
      throw new ChartError(yamlProblem(error));
    }
    if (!isJsonObject(value) || digString(value, 'kind') === '')
      throw new ChartError(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
    found.push(value);
  }
  return found;
}

function named(files: readonly ChartFile[], name: string): readonly ChartFile[] {
  return files.filter((file) => file.name === name);
}

async function readYaml(data: Buffer, name: string): Promise<Json> {
  const { parseYamlBody } = await import('../kube/yaml/read-yaml.js');
  try {
    return JSON.parse(parseYamlBody(data).json) as Json;
  } catch (error) {
    throw new ChartError(`cannot load ${name}: ${yamlProblem(error)}`);
  }
}

function yamlProblem(error: unknown): string {
  return `error converting YAML to JSON: ${error instanceof Error ? error.message : String(error)}`;
}

function metadataOf(raw: JsonObject): ChartMetadata {
  return {
    name: digString(raw, 'name'),
    version: digString(raw, 'version'),
    appVersion: String(textOrNumber(raw['appVersion'])),
    description: digString(raw, 'description'),
    home: digString(raw, 'home'),
    icon: digString(raw, 'icon'),
    sources: texts(raw, 'sources'),
    keywords: texts(raw, 'keywords'),
    maintainers: digArray(raw, 'maintainers').map((one) => maintainerOf(digObject(one))),
  };
}

function textOrNumber(value: Json | undefined): string | number {
  return typeof value === 'string' || typeof value === 'number' ? value : '';
}

function texts(raw: JsonObject, key: string): readonly string[] {
  return digArray(raw, key).filter((one) => typeof one === 'string');
}

function maintainerOf(raw: JsonObject): Maintainer {
  const members = (['name', 'email', 'url'] as const).map((key) => [key, digString(raw, key)] as const);
  return Object.fromEntries(members.filter(([, text]) => text !== ''));
}

function checkMetadata({ name, version }: ChartMetadata, type: string): void {
  const quoted = (text: string): string => JSON.stringify(text);
  if (name === '') throw invalidChart('chart.metadata.name is required');
  if (name !== posix.basename(name)) throw invalidChart(`chart.metadata.name ${quoted(name)} is invalid`);
  if (version === '') throw invalidChart('chart.metadata.version is required');
  if (!isStrictVersion(version)) throw invalidChart(`chart.metadata.version ${quoted(version)} is invalid`);
  if (!['', 'application', 'library'].includes(type))
    throw invalidChart('chart.metadata.type must be application or library');
}

function invalidChart(why: string): ChartError {
  return new ChartError(`validation: ${why}`);
}
