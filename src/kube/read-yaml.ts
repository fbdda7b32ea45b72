import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

/** Expansions of aliases taken in one text. */
const mostAliases = 100;

/** A YAML text as JSON. */
export interface YamlText {
  /** Goes through text so that what comes out is plain JSON, whatever YAML can express besides. */
  readonly json: string;
  /** Keys that came twice in a map, as Go's YAML names them; the last one counts. */
  readonly twice: readonly string[];
}

/** Reads a YAML text. @throws Error when it is none */
export function parseYamlBody(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
  });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  const twice: string[] = [];
  if (document.contents !== null) findTwice(document.contents, lines, twice);
  const value = document.toJS({ maxAliasCount: mostAliases }) as unknown;
  return { json: JSON.stringify(value ?? null), twice };
}

function findTwice(node: Node, lines: LineCounter, found: string[]): void {
  if (isAlias(node)) return;
  if (isSeq<Node>(node)) for (const item of node.items) findTwice(item, lines, found);
  if (!isMap<Node, Node | null>(node)) return;
  const seen = new Set<unknown>();
  for (const { key, value } of node.items) {
    if (isScalar(key)) {
      if (seen.has(key.value)) {
        const { line } = lines.linePos(key.range?.[0] ?? 0);
        found.push(`line ${String(line)}: key ${JSON.stringify(key.value)} already set in map`);
      }
      seen.add(key.value);
    }
    if (value !== null) findTwice(value, lines, found);
  }
}
