const token = String.raw`[^\x00-\x20\x7f-\uffff()<>@,;:\\"/[\]?=]+`;
const value = String.raw`(?:${token}|"(?:[^"\\\r\n]|\\.)*")`;
const parameter = String.raw`\s*;\s*(?<key>${token})\s*=\s*${value}`;
const whole = new RegExp(
  String.raw`^\s*(?<type>${token}(?:/${token})?)\s*(?:${parameter.replace('?<key>', '?:')})*\s*;?\s*$`,
);

/**
 * The media type a `Content-Type` header names, in lower case and without its parameters, as Go's `mime.ParseMediaType`
 * reads it; `undefined` when something in the header is malformed, a parameter included.
 *
 * @see golang/go mime/mediatype.go
 */
export function parseGoMediaType(header: string): string | undefined {
  const type = whole.exec(header)?.groups?.['type'];
  if (type === undefined) return undefined;
  const keys = [...header.matchAll(new RegExp(parameter, 'g'))].map(({ groups }) =>
    (groups?.['key'] ?? '').toLowerCase(),
  );
  return new Set(keys).size === keys.length ? type.toLowerCase() : undefined;
}
