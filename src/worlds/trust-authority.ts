import { rootCertificate, packagedCertificate } from '../controllers/namespaces/root-certificate.js';
import { isJsonObject, type JsonObject } from '../core/json.js';
import type { World } from '../state/world.js';

const kinds = [
  { group: '', plural: 'configmaps', encoded: false },
  { group: '', plural: 'secrets', encoded: true },
] as const;

/** Puts the CA of the HTTPS door wherever objects of a world that ships with the package name the packaged one. */
export function trustAuthority(world: World): void {
  const [before, after] = [packagedCertificate(), rootCertificate(world)];
  const [beforeBytes, afterBytes] = [toBase64(before), toBase64(after)];
  const mend = (text: string): string => text.replaceAll(before, after).replaceAll(beforeBytes, afterBytes);
  for (const { store } of world.clusters.values()) {
    for (const { encoded, ...resource } of kinds) {
      for (const { object } of store.list(resource)) {
        const data = object['data'];
        if (!isJsonObject(data)) continue;
        const mended = mendAll(data, (text) =>
          encoded ? toBase64(mend(Buffer.from(text, 'base64').toString('latin1')), 'latin1') : mend(text),
        );
        if (mended !== undefined) store.replace(resource, { ...object, data: mended });
      }
    }
  }
}

/** Members with their texts changed; `undefined` when none was. */
function mendAll(data: JsonObject, mend: (text: string) => string): JsonObject | undefined {
  const texts = Object.entries(data).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const mended = texts.map(([name, text]) => [name, mend(text)] as const);
  const isChanged = mended.some(([, text], at) => text !== texts[at]?.[1]);
  return isChanged ? { ...data, ...Object.fromEntries(mended) } : undefined;
}

function toBase64(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding).toString('base64');
}
