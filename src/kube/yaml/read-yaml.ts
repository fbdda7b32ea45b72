import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type Pair,
  type ScalarTag,
} from 'yaml';
import { readYamlBytes } from './yaml-bytes.js';
import { yamlProblem } from './yaml-problem.js';

/** Characters all values may have once aliases are expanded. */
const mostExpanded = 16 * 1024 * 1024;

/**
 * Deepest nesting taken.
 *
 * Differs from Kubernetes: go-yaml takes 10,000 levels; nothing legitimate comes near this.
 */
const deepest = 500;
const tooDeep = 'yaml: exceeded max depth of 10000';

/** A YAML text as JSON. */
export interface YamlText {
  /** Goes through text so that what comes out is plain JSON, whatever YAML can express besides. */
  readonly json: string;
  /** Keys that came twice in a map, as Go's YAML names them; the last one counts. */
  readonly twice: readonly string[];
}

/** Bytes, where a text is told to be of them: go-yaml reads them as text. */
const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text) => Buffer.from(text, 'base64').toString('utf8'),
};

/**
 * Reads the first document of a YAML text.
 *
 * @throws Error in the words of go-yaml and its users, when there is none
 * @see kubernetes-sigs/yaml yaml.go YAMLToJSON
 */
export function parseYamlBody(source: string | Buffer): YamlText {
  const text = typeof source === 'string' ? source : readYamlBytes(source);
  checkDirectives(text);
  const lines = new LineCounter();
  const document = composed(text, lines);
  if (document === undefined) return { json: 'null', twice: [] };
  const [problem] = document.errors;
  if (problem !== undefined && problem.code !== 'MULTIPLE_DOCS')
    throw new Error(`yaml: ${yamlProblem(problem, text)}`);
  const walk = new Walk(lines);
  walk.visit(document.contents, []);
  let value: unknown;
  try {
    // How many there are has been looked at.
    value = document.toJS({ maxAliasCount: -1 }) as unknown;
  } catch (error) {
    throw new Error(`yaml: ${toldOfMerging(error)}`, { cause: error });
  }
  checkSize(value);
  return { json: JSON.stringify(value ?? null), twice: walk.twice };
}

function composed(text: string, lines: LineCounter): Document | undefined {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (depthOf(tokens) > deepest) throw new Error(tooDeep);
  const composer = new Composer({
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    customTags: (tags) => [
      ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== binary.tag),
      binary,
    ],
  });
  for (const document of composer.compose(tokens, true, text.length)) return document;
  return undefined;
}

/** How deep tokens are nested in each other; found without recursion. */
function depthOf(tokens: readonly CST.Token[]): number {
  let depth = 0;
  let level: readonly CST.Token[] = tokens;
  while (level.length > 0) {
    depth += 1;
    level = level.flatMap((token) => {
      if (token.type === 'document') return token.value === undefined ? [] : [token.value];
      if (!('items' in token)) return [];
      return token.items.flatMap((item) =>
        ['key', 'value'].flatMap((part) => {
          const inner = (item as unknown as Readonly<Record<string, CST.Token | null | undefined>>)[part];
          return inner === undefined || inner === null ? [] : [inner];
        }),
      );
    });
  }
  return depth;
}

/** go-yaml knows YAML 1.1 alone. */
function checkDirectives(text: string): void {
  if (!text.startsWith('%')) return;
  for (const line of text.split('\n')) {
    if (!line.startsWith('%')) return;
    const [name = '', version = ''] = line.slice(1).split(/\s+/);
    if (name === 'YAML' && version !== '1.1') throw new Error('yaml: found incompatible YAML document');
    if (name !== 'YAML' && name !== 'TAG') throw new Error('yaml: found unknown directive name');
  }
}

/**
 * One walk over a document, aliases followed as go-yaml follows them: finds keys that come twice, keys JSON cannot have,
 * aliases of what they are in, and too many aliases.
 *
 * @see go-yaml/yaml v2 decode.go
 */
class Walk {
  /** Keys that came twice. */
  readonly twice: string[] = [];
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, Node>();
  #visited = 0;
  #visitedByAlias = 0;
  #aliases = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  /** @param around Anchors of what the node is in */
  visit(node: Node | null, around: readonly string[]): void {
    this.#count();
    if (node === null) return;
    if (isAlias(node)) {
      if (around.includes(node.source))
        throw new Error(`yaml: anchor '${node.source}' value contains itself`);
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new Error(`yaml: unknown anchor '${node.source}' referenced`);
      this.#aliases += 1;
      this.visit(target, around);
      this.#aliases -= 1;
      return;
    }
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const within = anchor === undefined ? around : [...around, anchor];
    if (isSeq<Node>(node)) for (const item of node.items) this.visit(item, within);
    if (isMap<Node, Node | null>(node)) this.#map(node.items, within);
  }

  #map(items: readonly Pair<Node, Node | null>[], within: readonly string[]): void {
    const seen = new Set<unknown>();
    for (const { key, value } of items) {
      if (isScalar(key)) {
        if (seen.has(key.value) && this.#aliases === 0) {
          const { line } = this.#lines.linePos(key.range?.[0] ?? 0);
          this.twice.push(`line ${String(line)}: key ${JSON.stringify(key.value)} already set in map`);
        }
        seen.add(key.value);
        if (key.value === null) throw new Error(nullKey(value));
      } else if (!isAlias(key)) throw new Error(`yaml: invalid map key: ${goValue(key)}`);
      this.visit(key, within);
      this.visit(value, within);
    }
  }

  #count(): void {
    this.#visited += 1;
    if (this.#aliases > 0) this.#visitedByAlias += 1;
    const isMuch = this.#visitedByAlias > 100 && this.#visited > 1000;
    if (isMuch && this.#visitedByAlias / this.#visited > allowedRatio(this.#visited))
      throw new Error(`yaml: ${excessive}`);
  }
}

/** How much of so many nodes may be there by aliases: nearly all of a small document, a tenth of a large one. */
function allowedRatio(visited: number): number {
  const [small, large] = [400_000, 4_000_000];
  if (visited <= small) return 0.99;
  return visited >= large ? 0.1 : 0.99 - 0.89 * ((visited - small) / (large - small));
}

function nullKey(value: Node | null): string {
  const shown = isScalar(value) ? JSON.stringify(value.value) : goValue(value);
  return `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`;
}

/** What is no scalar as Go's `%#v` shows it. */
function goValue(node: Node | null): string {
  if (isScalar(node)) return typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
  if (isSeq<Node>(node)) return `[]interface {}{${node.items.map(goValue).join(', ')}}`;
  if (!isMap<Node, Node | null>(node)) return 'interface {}(nil)';
  const members = node.items.map(({ key, value }) => `${goValue(key)}:${goValue(value)}`);
  return `map[interface {}]interface {}{${members.join(', ')}}`;
}

function toldOfMerging(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Merge sources')) return 'map merge requires map or sequence of maps as the value';
  return message;
}

const excessive = 'document contains excessive aliasing';

/** Refuses a value that would be too long as JSON, or that JSON has no words for. */
function checkSize(value: unknown): void {
  const open: unknown[] = [value];
  let size = 0;
  while (open.length > 0) {
    const one = open.pop();
    size += typeof one === 'string' ? one.length : 1;
    if (size > mostExpanded) throw new Error(`yaml: ${excessive}`);
    if (typeof one === 'number' && !Number.isFinite(one)) {
      const shown = Number.isNaN(one) ? 'NaN' : one > 0 ? '+Inf' : '-Inf';
      throw new Error(`json: unsupported value: ${shown}`);
    }
    if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) open.push(inner);
  }
}
