import { badRequest, internalError } from '../../../core/api-error.js';
import { uploadRepo } from '../../../core/app-store-keys.js';
import { parseGoJson } from '../../../core/go-json.js';
import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { definitionsOf, loadChart, readDocuments } from '../../../charts/load-chart.js';
import { shortChartName, storeId } from '../../../charts/names.js';
import { checkGoTypes } from '../../../registry/check-go-types.js';
import type { RequestContext } from '../../../registry/contract.js';
import { decodeBytes } from '../../../registry/decode-bytes.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { readMultipart, type FormPart } from '../../../registry/read-multipart.js';
import type { AppRequest } from '../../../controllers/app-store/app-request.js';
import { orInternal } from './failures.js';

/** Largest package taken, as there is no object store. */
const packageLimit = 1024 * 1024;
const goType = 'application/appRequest';

/**
 * Reads what is to be uploaded, a form or JSON, and completes it from the chart it brings.
 *
 * The workspace and, but for charts, the repository are those the body names: the URL's workspace and `upload` do not stand
 * in for them, as in KubeSphere, whose console sends both.
 *
 * @param appName The app the URL names, instead of the body's.
 * @throws ApiError 400 for a package above 1 MiB, else 500
 * @see kubesphere/kubesphere pkg/kapis/application/v2/{handler_app,utils}.go
 */
export async function readAppRequest(context: RequestContext, appName?: string): Promise<AppRequest> {
  const sent = await orInternal(() => parseUpload(context));
  if (sent.package.length > packageLimit)
    throw badRequest(`System has no OSS store, the maximum file size is ${String(packageLimit)}`);
  const named = appName === undefined ? sent : { ...sent, appName };
  return orInternal(async () => {
    if (named.appType === 'helm') return fromChart(context, named);
    await readDocuments(named.package.toString('utf8'));
    return named;
  });
}

function parseUpload(context: RequestContext): AppRequest {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  const mediaType = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (mediaType === '') throw internalError('mime: no media type');
  if (mediaType === 'multipart/form-data') return readForm(contentType, context.body ?? Buffer.alloc(0));
  if (mediaType !== 'application/json') throw internalError('unsupported media type');
  const body = readBodyObject(context, 'application.AppRequest');
  checkGoTypes(body, goType);
  return requestOf(body, decodeBytes(digString(body, 'package')));
}

function readForm(contentType: string, body: Buffer): AppRequest {
  const parts = readMultipart(contentType, body);
  const file = parts.find(({ name, filename }) => name === 'file' && filename !== undefined);
  if (file === undefined) throw internalError('http: no such file');
  const value = parseGoJsonText(parts.find(isJsonData)?.content.toString('utf8') ?? '');
  if (!isJsonObject(value) && value !== null)
    throw internalError(
      `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type application.AppRequest`,
    );
  const data = value ?? {};
  checkGoTypes(data, goType);
  if (typeof data['package'] === 'string') {
    throw internalError(
      'When using multipart/form-data to upload files, the package field does not need to be included in the json data.',
    );
  }
  return requestOf(data, file.content);
}

function isJsonData({ name, filename }: FormPart): boolean {
  return name === 'jsonData' && filename === undefined;
}

/** Text that `json.Unmarshal` reads: unlike a decoder it calls nothing at all an unexpected end. */
function parseGoJsonText(text: string): Json {
  if (text.trim() === '') throw internalError('unexpected end of JSON input');
  return parseGoJson(text);
}

function requestOf(body: JsonObject, content: Buffer): AppRequest {
  const text = (key: string): string => digString(body, key);
  return {
    repoName: text('repoName'),
    appName: text('appName'),
    originalName: text('originalName'),
    aliasName: text('aliasName'),
    versionName: text('versionName'),
    appHome: text('appHome'),
    icon: text('icon'),
    digest: text('digest'),
    workspace: text('workspace'),
    description: text('description'),
    categoryName: text('categoryName'),
    appType: text('appType'),
    pullUrl: text('pullUrl'),
    abstraction: text('abstraction'),
    maintainers: digArray(body, 'maintainers'),
    attachments: digArray(body, 'attachments'),
    resources: digArray(body, 'resources'),
    package: content,
    fromRepo: false,
  };
}

async function fromChart({ world }: RequestContext, sent: AppRequest): Promise<AppRequest> {
  if (sent.package.length === 0) throw internalError('package is empty');
  const chart = await loadChart(sent.package);
  const { metadata } = chart;
  const defined = (await definitionsOf(chart)).flatMap(definedResource);
  const { name, version, home, icon, description } = metadata;
  return {
    ...sent,
    appName: sent.appName || storeId(world.random, `${shortChartName(name)}-`, 5),
    originalName: sent.originalName || name,
    appHome: sent.appHome || home,
    icon: sent.icon || icon,
    versionName: sent.versionName || version,
    maintainers: sent.maintainers.length > 0 ? sent.maintainers : metadata.maintainers,
    repoName: sent.repoName || uploadRepo,
    description: sent.description || description,
    abstraction: sent.abstraction || description,
    aliasName: sent.aliasName || name,
    resources: [...sent.resources, ...defined],
  };
}

function definedResource(definition: JsonObject): JsonObject[] {
  const served = digArray(definition, 'spec', 'versions')
    .filter((one) => isJsonObject(one) && one['served'] === true && one['storage'] === true)
    .at(-1);
  if (served === undefined) return [];
  const Group = digString(definition, 'spec', 'group');
  return [
    { Group, Version: digString(served, 'name'), Resource: digString(definition, 'spec', 'names', 'plural') },
  ];
}

/** What the answer to an upload shows of it; members by name. */
export function summaryOf(request: AppRequest): JsonObject {
  const { aliasName, appHome, appName, description, icon, versionName } = request;
  return { aliasName, appHome, appName, description, icon, versionName };
}
