import { nativeResources } from '../../src/apis/native-resources.js';
import { digString, type JsonObject } from '../../src/core/json.js';
import { encodeMessage } from '../../src/kube/protobuf/encode.js';
import { inEnvelope } from '../../src/kube/protobuf/envelope.js';
import { canonicalStruct } from '../../src/registry/canonical.js';

/** A native object as a client in Go sends it. */
export function protobufBody(object: JsonObject): Buffer {
  const [apiVersion, kind] = [digString(object, 'apiVersion'), digString(object, 'kind')];
  const resource = nativeResources().find(
    (one) =>
      one.kind === kind && (one.group === '' ? 'v1' : apiVersion.split('/', 1)[0]) === (one.group || 'v1'),
  );
  const type = resource?.types?.[apiVersion.slice(apiVersion.indexOf('/') + 1)];
  if (type === undefined) throw new Error(`no type of ${apiVersion} ${kind}`);
  return inEnvelope({ apiVersion, kind }, encodeMessage(canonicalStruct(object, type), type));
}
