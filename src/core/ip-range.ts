/** Addresses of IPv4 from one to another, both included, as numbers. */
export interface IpRange {
  readonly first: number;
  readonly last: number;
}

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** An IPv4 address as a number; `undefined` when the text is none. */
export function parseIp(text: string): number | undefined {
  const parts = octets.exec(text)?.slice(1).map(Number);
  if (parts?.every((part) => part < 256) !== true) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The addresses of a network such as `10.0.0.0/24`, and its length; `undefined` when the text is none. */
export function parseCidr(text: string): (IpRange & { readonly prefix: number }) | undefined {
  const [, base = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const address = parseIp(base);
  const prefix = Number(bits);
  if (address === undefined || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
}

/** Tells whether two ranges share an address. */
export function overlap(one: IpRange, other: IpRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}
