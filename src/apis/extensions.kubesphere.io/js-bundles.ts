import { ApiError, notImplemented } from '../../core/api-error.js';
import { dig, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isAvailable } from './is-available.js';

const jsBundles = { group: 'extensions.kubesphere.io', plural: 'jsbundles' };
const scriptType = 'application/javascript; charset=utf-8';

/**
 * The script of an extension, for paths below `/dist/`; `undefined` when no bundle has that link.
 *
 * @throws ApiError 501 for a script kept at a URL or service
 * @see kubesphere/kubesphere pkg/apiserver/filters/jsbundle.go
 */
export function serveJsBundle({ info, cluster }: RequestContext): Reply | undefined {
  if (!info.localPath.startsWith('/dist/')) return undefined;
  const bundle = cluster.store
    .list(jsBundles)
    .find(
      ({ object }) => digString(object, 'status', 'link') === info.localPath && isAvailable(object),
    )?.object;
  if (bundle === undefined) return undefined;
  const raw = digString(bundle, 'spec', 'raw');
  if (raw !== '') return rawScript(Buffer.from(raw, 'base64').toString('latin1'));
  return { status: 200, contentType: scriptType, body: keptScript(bundle, cluster.store) };
}

/** What a bundle holds itself is decoded twice: it has to be base64 once more, and is sent as far as it is. */
function rawScript(text: string): Reply {
  const { bytes, whole } = decodeAsFarAsPossible(text);
  if (whole) return { status: 200, contentType: scriptType, body: bytes };
  const refusal = new ApiError(503, 'ServiceUnavailable', 'failed to decode raw content', {
    dialect: 'errStatus',
  });
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

function keptScript(bundle: KubeObject, store: ObjectStore): string {
  for (const [member, plural] of [
    ['configMapKeyRef', 'configmaps'],
    ['secretKeyRef', 'secrets'],
  ] as const) {
    const reference = dig(bundle, 'spec', 'rawFrom', member);
    if (reference === undefined) continue;
    const namespace = digString(reference, 'namespace');
    const holder = store.find({ group: '', plural }, namespace, digString(reference, 'name'))?.object;
    const key = digString(reference, 'key');
    const text = digString(holder, 'data', key);
    if (text !== '') return plural === 'secrets' ? Buffer.from(text, 'base64').toString('utf8') : text;
    const binary = digString(holder, 'binaryData', key);
    if (binary !== '') return Buffer.from(binary, 'base64').toString('utf8');
    throw new ApiError(503, 'ServiceUnavailable', `${plural.slice(0, -1)} key ${key} not found`, {
      dialect: 'errStatus',
    });
  }
  throw notImplemented('scripts of a JSBundle kept at a URL or service (spec.rawFrom)');
}
