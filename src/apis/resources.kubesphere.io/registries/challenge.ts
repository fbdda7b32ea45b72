/** What a registry wants of who asks: a scheme in lower case and its parameters. */
export interface Challenge {
  readonly scheme: 'basic' | 'bearer';
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a `WWW-Authenticate` header; `undefined` for a scheme nobody speaks. */
export function readChallenge(header: string): Challenge | undefined {
  const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(header.slice(0, 4096)) ?? [];
  const scheme = name.toLowerCase();
  if (scheme !== 'basic' && scheme !== 'bearer') return undefined;
  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, plain] of rest.matchAll(/([\w-]+)=(?:"([^"]*)"|([^",\s]+))/g))
    parameters.set(key.toLowerCase(), quoted ?? plain ?? '');
  return { scheme, parameters };
}
