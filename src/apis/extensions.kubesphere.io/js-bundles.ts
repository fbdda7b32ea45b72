import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { forward } from '../../upstream/forward.js';
import { forwardedRequest, rawUrl, unavailable, upstreamOf } from './endpoint.js';
import { isAvailable } from './is-available.js';

const jsBundles = { group: 'extensions.kubesphere.io', plural: 'jsbundles' };
const scriptType = 'application/javascript; charset=utf-8';

/**
 * The script of an extension, its style or another file, for paths below `/dist/`; `undefined` when no bundle has that
 * link.
 *
 * @throws ApiError 503 when the object it is kept in is missing, 502 when the server that has it cannot be reached
 * @see kubesphere/kubesphere pkg/apiserver/filters/jsbundle.go
 */
export function serveJsBundle(context: RequestContext): Reply | Promise<Reply> | undefined {
  const { info, cluster } = context;
  if (!info.localPath.startsWith('/dist/')) return undefined;
  for (const { object } of cluster.store.list(jsBundles)) {
    if (!isAvailable(object)) continue;
    const reply =
      digString(object, 'status', 'link') === info.localPath
        ? script(object, context)
        : asset(object, context);
    if (reply !== undefined) return reply;
  }
  return undefined;
}

function script(bundle: KubeObject, context: RequestContext): Reply | Promise<Reply> | undefined {
  const raw = digString(bundle, 'spec', 'raw');
  if (raw !== '') return rawScript(Buffer.from(raw, 'base64').toString('latin1'));
  const from = dig(bundle, 'spec', 'rawFrom');
  const kept = keptScript(from, context.cluster.store);
  if (kept !== undefined) return { status: 200, contentType: scriptType, body: kept };
  if (rawUrl(from) === '') return undefined;
  return remote(from, context).then((reply) => ({ ...reply, contentType: scriptType }));
}

/** A style sheet or file that belongs to a bundle. */
function asset(bundle: KubeObject, context: RequestContext): Promise<Reply> | undefined {
  const { localPath } = context.info;
  const assets = digObject(bundle, 'spec', 'assets');
  if (digString(assets, 'style', 'link') === localPath) return remote(dig(assets, 'style'), context);
  const file = digArray(assets, 'files').find((one) => digString(one, 'link') === localPath);
  if (file === undefined) return undefined;
  const type = digString(file, 'mimeType');
  return remote(file, context).then((reply) => (type === '' ? reply : { ...reply, contentType: type }));
}

/** What the server of an endpoint block has at the path of its URL. */
async function remote(endpoint: Json | undefined, context: RequestContext): Promise<Reply> {
  const upstream = upstreamOf(endpoint, { url: 'failed to fetch content' });
  const { pathname } = new URL(rawUrl(endpoint));
  const request = forwardedRequest(context);
  const mark = request.target.indexOf('?');
  return forward(
    { ...request, target: pathname + (mark === -1 ? '' : request.target.slice(mark)) },
    upstream,
  );
}

/** What a bundle holds itself is decoded twice: it has to be base64 once more, and is sent as far as it is. */
function rawScript(text: string): Reply {
  const { bytes, whole } = decodeAsFarAsPossible(text);
  if (whole) return { status: 200, contentType: scriptType, body: bytes };
  const refusal = unavailable('failed to decode raw content');
  if (bytes.length === 0) throw refusal;
  // The status is out by then, so the refusal follows the script.
  const { code, reason, message } = refusal;
  const status = { ErrStatus: { metadata: {}, status: 'Failure', message, reason, code } };
  return {
    status: 200,
    contentType: scriptType,
    body: Buffer.concat([bytes, Buffer.from(JSON.stringify(status, null, 2))]),
  };
}

/** Base64 as Go's decoder reads it: four characters at a time, until one does not belong. */
function decodeAsFarAsPossible(text: string): { readonly bytes: Buffer; readonly whole: boolean } {
  const plain = text.replace(/[\r\n]/g, '');
  const [sound = ''] = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(plain) ?? [];
  return { bytes: Buffer.from(sound, 'base64'), whole: sound.length === plain.length };
}

/** What a ConfigMap or Secret holds for a bundle, nothing when it lacks the key; `undefined` when none is named. */
function keptScript(from: Json | undefined, store: ObjectStore): Buffer | string | undefined {
  for (const [member, plural, kind] of [
    ['configMapKeyRef', 'configmaps', 'configMap'],
    ['secretKeyRef', 'secrets', 'secret'],
  ] as const) {
    const reference = dig(from, member);
    if (reference === undefined) continue;
    const namespace = digString(reference, 'namespace');
    const holder = store.find({ group: '', plural }, namespace, digString(reference, 'name'))?.object;
    if (holder === undefined) throw unavailable(`failed to fetch content from ${kind}`);
    const key = digString(reference, 'key');
    const text = digString(holder, 'data', key);
    if (plural === 'secrets') return Buffer.from(text, 'base64');
    return holder['data'] === undefined ? Buffer.from(digString(holder, 'binaryData', key), 'base64') : text;
  }
  return undefined;
}
