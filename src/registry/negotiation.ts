import { encodeCompact, encodeIndented, type Json } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';

/** What the form of an answer of Kubernetes' own machinery depends on. */
export interface Negotiation {
  readonly release: ReleaseName;
  readonly accept: string;
  readonly userAgent: string;
  /** The `pretty` query parameter, when there is one. */
  readonly pretty: string | null;
}

/** A media type Kubernetes' machinery can write. */
export type WireType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

/** One clause of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  /** Names are lower case; the quality is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What was chosen from an Accept header. */
export interface Accepted {
  readonly wire: WireType;
  readonly parameters: ReadonlyMap<string, string>;
}

const wires: readonly WireType[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];
const noParameters: ReadonlyMap<string, string> = new Map();

/** The clauses of an Accept header, best first. @see munnerz/goautoneg */
export function parseAccept(header: string): AcceptClause[] {
  const clauses = header.split(',').flatMap((part): AcceptClause[] => {
    const [media = '', ...rest] = part.split(';').map((piece) => piece.trim());
    const [type = '', subtype = ''] = media.split('/');
    if (media === '' || (subtype === '' && type !== '*')) return [];
    let quality = 1;
    const parameters = new Map<string, string>();
    for (const piece of rest) {
      const [name = '', value = ''] = piece.split('=', 2);
      if (name.trim() === 'q') quality = Number.isNaN(Number(value)) ? 1 : Number(value);
      else parameters.set(name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, ''));
    }
    return [{ type, subtype: type === '*' && subtype === '' ? '*' : subtype, quality, parameters }];
  });
  const rank = (clause: AcceptClause): number => (clause.type === '*' ? 2 : clause.subtype === '*' ? 1 : 0);
  return clauses.sort((a, b) => b.quality - a.quality || rank(a) - rank(b));
}

/**
 * Chooses what to answer: the first clause that can be served.
 *
 * @param transforms Tells whether a clause's `as` (with its group and version) can be served in a media type.
 * @param plain What the object itself can be written as; transformed it may be written as others, too.
 * @returns `undefined` when nothing asked for can be served
 * @see kubernetes/apiserver pkg/endpoints/handlers/negotiation/negotiate.go
 */
export function accept(
  header: string,
  transforms: (parameters: ReadonlyMap<string, string>, wire: WireType) => boolean,
  plain: readonly WireType[] = wires,
): Accepted | undefined {
  if (header === '') return { wire: 'application/json', parameters: noParameters };
  for (const { type, subtype, parameters } of parseAccept(header)) {
    for (const wire of wires) {
      const fits =
        type === '*'
          ? subtype === '*'
          : wire.startsWith(`${type}/`) && (subtype === '*' || wire === `${type}/${subtype}`);
      if (!fits) continue;
      const converts = ['as', 'g', 'v'].some((name) => parameters.has(name));
      if (!streams(parameters.get('stream') ?? '', wire)) continue;
      if (converts ? !transforms(parameters, wire) : !plain.includes(wire)) continue;
      return { wire, parameters };
    }
  }
  return undefined;
}

/** Tells whether a media type can be written as the stream a clause names; YAML never is one. */
function streams(name: string, wire: WireType): boolean {
  return name === '' || (name === 'watch' && wire !== 'application/yaml');
}

const people = ['curl', 'Wget', 'Mozilla/5.0'];
const trueTexts = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Tells whether the caller looks like a person, or asks to be treated as one. */
export function wantsPretty(
  { userAgent, pretty }: Negotiation,
  parameters: ReadonlyMap<string, string> = noParameters,
): boolean {
  if (parameters.get('pretty') === '1') return true;
  if (pretty !== null && pretty !== '') return trueTexts.has(pretty);
  return people.some((person) => userAgent.startsWith(person));
}

/** JSON as Kubernetes' machinery writes it: compact with a newline, or indented for people. */
export function encodeForCaller(
  value: Json,
  negotiation: Negotiation,
  parameters?: ReadonlyMap<string, string>,
): string {
  if (!wantsPretty(negotiation, parameters)) return `${encodeCompact(value)}\n`;
  return encodePretty(value, negotiation.release);
}

/** Indented JSON; before 3.4 empty objects take three lines, an oddity of the encoder of that time. */
export function encodePretty(value: Json, release: ReleaseName): string {
  const text = encodeIndented(value, 2);
  if (inRange(release, { since: 'v3.4' })) return text;
  return text.replace(/^( *)(.*)\{\}(,?)$/gm, (_line, indent: string, before: string, comma: string) => {
    return `${indent}${before}{\n${indent}  \n${indent}}${comma}`;
  });
}
