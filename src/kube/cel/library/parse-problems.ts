import { goQuote } from '../../../core/go-format.js';

/** What Go has against a text that is no address. @see golang/go net/netip ParseAddr */
export function addressProblem(text: string): string {
  const told = (why: string, at?: string): string =>
    `ParseAddr(${goQuote(text)}): ${why}${at === undefined ? '' : ` (at ${goQuote(at)})`}`;
  const [separator] = /[.:%]/.exec(text) ?? [];
  if (separator === '.') {
    const [why, at] = ipv4Problem(text);
    return told(why, at);
  }
  if (separator === '%') return told('missing IPv6 address');
  return separator === ':' ? told(...ipv6Problem(text)) : told('unable to parse IP');
}

function ipv4Problem(text: string): readonly [string, string?] {
  let [value, digits, fields] = [0, 0, 0];
  for (const [at, one] of Array.from(text).entries()) {
    if (/\d/.test(one)) {
      if (digits === 1 && value === 0) return ['IPv4 field has octet with leading zero'];
      value = value * 10 + Number(one);
      digits += 1;
      if (value > 255) return ['IPv4 field has value >255'];
    } else if (one === '.') {
      if (at === 0 || at === text.length - 1 || text[at - 1] === '.')
        return ['IPv4 field must have at least one digit', text.slice(at)];
      if (fields === 3) return ['IPv4 address too long'];
      [value, digits, fields] = [0, 0, fields + 1];
    } else return ['unexpected character', text.slice(at)];
  }
  return ['IPv4 address too short'];
}

function ipv6Problem(text: string): readonly [string, string?] {
  const wrong = /[^0-9a-fA-F:.]/.exec(text);
  if (wrong !== null) {
    const isFirst = wrong.index === 0 || text[wrong.index - 1] === ':';
    const why = 'each colon-separated field must have at least one digit';
    return [isFirst ? why : 'unexpected character, want colon', text.slice(wrong.index)];
  }
  const long = /[0-9a-fA-F]{5,}/.exec(text);
  if (long !== null) return ['each group must have 4 or less digits', text.slice(long.index)];
  if (text.split(':').length > 8)
    return ['trailing garbage after address', text.slice(text.lastIndexOf(':'))];
  return ['address string too short'];
}

/** What Go has against a text that is no network. @see golang/go net/netip ParsePrefix */
export function networkProblem(text: string, isAddress: (text: string) => boolean): string {
  const slash = text.lastIndexOf('/');
  const told = (why: string): string => `netip.ParsePrefix(${goQuote(text)}): ${why}`;
  if (slash < 0) return told("no '/'");
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!isAddress(address)) return told(addressProblem(address));
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return told(`bad bits after slash: ${goQuote(bits)}`);
  return told('prefix length out of range');
}
