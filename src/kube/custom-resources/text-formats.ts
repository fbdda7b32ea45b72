import { isIPv4, isIPv6 } from 'node:net';
import { parseGoDuration } from '../../core/go-duration.js';
import { isParsableUrl } from '../../core/go-url.js';

type Test = (text: string) => boolean;

/** Texts each format of a schema takes, by its name without dashes; names that are not here take anything. */
export const textFormats: Readonly<Record<string, RegExp | Test>> = {
  bsonobjectid: /^[0-9a-fA-F]{24}$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
  cidr: isCidr,
  creditcard: isCreditCard,
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
  email: isEmail,
  hexcolor: /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && isSloppyIp(text),
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  mac: /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?:(?:\1[0-9a-f]{2}){2}|(?:\1[0-9a-f]{2}){14})?$|^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}(?:\.[0-9a-f]{4}|(?:\.[0-9a-f]{4}){7})?$/i,
  rgbcolor:
    /^rgb\((\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,){2}\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: isRequestUri,
  uuid: uuid('[0-9a-f]', '[0-9a-f]'),
  uuid3: uuid('3', '[0-9a-f]'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
};

function uuid(version: string, variant: string): RegExp {
  return new RegExp(
    `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
    'i',
  );
}

/** An address whose numbers may start with zeros. */
function isSloppyIp(text: string): boolean {
  const plain = text.replace(/(^|[.:])0+(?=\d+(?:\.|$))/g, '$1');
  return isIPv4(plain) || (isIPv6(plain) && !text.includes('%'));
}

function isCidr(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  return bits !== undefined && isSloppyIp(address) && Number(bits) <= (address.includes(':') ? 128 : 32);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const found = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time);
  const [, hours = '', minutes = '', seconds = ''] = found ?? [];
  return found !== null && isDate(date) && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const durationUnits =
  /^(?:ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i;

/** Go's durations, and anything a duration of Scala, such as `1 day`, can be found in. */
function isDuration(text: string): boolean {
  if (parseGoDuration(text) !== undefined) return true;
  return Array.from(text.matchAll(/\d+\s*([A-Za-zµ]+)/g)).some(([, unit = '']) => durationUnits.test(unit));
}

const atoms = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\u{10ffff}-]+";
const quoted = '"(?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t -~])*"';
const dotted = `${atoms}(?:\\.${atoms})*`;
const address = `(?:${dotted}|${quoted})@(?:${dotted}|\\[[^\\[\\]\\\\]*\\])`;
const email = new RegExp(
  `^[ \\t]*(?:${address}|(?:(?:${dotted}|${quoted})[ \\t]*)*<${address}>)[ \\t]*$`,
  'u',
);

/** An address as mails have it, with or without a name. */
function isEmail(text: string): boolean {
  return email.test(text);
}

const hostname =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\p{S}\p{L}-]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

function isHostname(text: string): boolean {
  return (
    hostname.test(text) &&
    Buffer.byteLength(text) <= 255 &&
    text.split('.').every((part) => Buffer.byteLength(part) <= 63)
  );
}

/** A URL with a scheme, or a path from the root. */
function isRequestUri(text: string): boolean {
  return text === '*' || (/^(?:\/|[a-zA-Z][a-zA-Z0-9+.-]*:)/.test(text) && isParsableUrl(text));
}

const cards =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** A number of a card with whatever between its digits, the last of which holds the others. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!cards.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .map((digit, at) => Number(digit) * (at % 2 === 0 ? 1 : 2))
    .reduce((total, one) => total + (one > 9 ? one - 9 : one), 0);
  return sum % 10 === 0;
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const worth = (digit: string): number => (digit === 'X' ? 10 : Number(digit));
  return Array.from(digits).reduce((sum, digit, at) => sum + (at + 1) * worth(digit), 0) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return (
    Array.from(digits).reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}
