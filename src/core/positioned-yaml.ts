import type * as Yaml from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';
import { InputError, type InputProblem } from './input-error.js';
import type { Json } from './json.js';

/** Largest file read, in characters. */
const sizeLimit = 4 * 1024 * 1024;
/** How often anchors may be repeated in all; above it a small file would become a huge value. */
const aliasLimit = 100;

/** Problems told at once; a file with more is of another kind altogether. */
const problemLimit = 50;

/** Steps from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** The value of a YAML or JSON text that remembers where each part of it was written. */
export interface PositionedValue {
  readonly value: Json;
  /** The line of a value, counted from 1; of the nearest part around it when there is no such value. */
  readonly lineOf: (path: Path) => number;
}

/**
 * Reads one YAML document (or JSON, which is YAML too).
 *
 * @param source Names the text in messages, such as its file name.
 * @throws InputError with a line per problem: syntax, duplicate keys, unknown tags, the key `__proto__`, and texts that
 * are too large, nest too deeply or repeat anchors too often.
 */
export async function readPositionedYaml(text: string, source: string): Promise<PositionedValue> {
  if (text.length > sizeLimit) throw tooLarge(text, source, sizeLimit);
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const parse = (): Document.Parsed[] => [
    yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false }),
  ];
  const [only] = read(yaml, parse, lines, text, source);
  return only ?? { value: null, lineOf: () => 1 };
}

/**
 * Reads the documents of a YAML stream, separated by `---`.
 *
 * @param limit Largest text read, in characters.
 * @throws InputError as {@link readPositionedYaml}
 */
export async function readPositionedStream(
  text: string,
  source: string,
  limit: number,
): Promise<PositionedValue[]> {
  if (text.length > limit) throw tooLarge(text, source, limit);
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const parse = (): Document.Parsed[] => {
    const documents = yaml.parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
    return Array.isArray(documents) ? documents : [];
  };
  return read(yaml, parse, lines, text, source);
}

function tooLarge(text: string, source: string, limit: number): InputError {
  const message = `too large: ${String(text.length)} characters, at most ${String(limit)}; split it`;
  return new InputError([{ source, line: 1, message }]);
}

function read(
  yaml: typeof Yaml,
  parse: () => Document.Parsed[],
  lines: LineCounter,
  text: string,
  source: string,
): PositionedValue[] {
  try {
    const documents = parse();
    const problems = documents.flatMap((document) => problemsOf(yaml, document, lines, text, source));
    if (problems.length > 0) throw new InputError(problems.slice(0, problemLimit));
    return documents.map((document) => {
      const value = document.toJS({ maxAliasCount: aliasLimit }) as Json;
      return { value, lineOf: (path) => lineOf(document, lines, path) };
    });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new InputError([{ source, line: 1, message: 'nested too deeply; flatten it' }], { cause: error });
    }
    if (error instanceof ReferenceError) {
      const message = `${error.message}; write repeated parts out`;
      throw new InputError([{ source, line: 1, message }], { cause: error });
    }
    throw error;
  }
}

/** What is wrong with a document before anybody looks at what it says. */
function problemsOf(
  yaml: typeof Yaml,
  document: Document.Parsed,
  lines: LineCounter,
  text: string,
  source: string,
): InputProblem[] {
  const problems: InputProblem[] = [...document.errors, ...document.warnings].map(
    ({ message, pos, code }) => {
      if (message.includes('call stack')) throw new RangeError(message);
      const what =
        code === 'DUPLICATE_KEY'
          ? duplicateKey(text, pos[0])
          : `${message}; correct the ${source.endsWith('.json') ? 'JSON' : 'YAML'}`;
      return { source, line: lines.linePos(pos[0]).line, message: what };
    },
  );
  yaml.visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const message = `*${alias.source}: no anchor of that name before it; set &${alias.source} first`;
      problems.push({ source, line: lineAt(lines, alias), message });
    },
    Pair(_key, { key }) {
      if (!yaml.isScalar(key) || key.value !== '__proto__') return;
      const message = '__proto__: not a name to use here; take it out';
      problems.push({ source, line: lineAt(lines, key), message });
    },
  });
  return problems;
}

function duplicateKey(text: string, at: number): string {
  const key = /^(["']?)([^:"'\n]+)\1/.exec(text.slice(at))?.[2] ?? '';
  return `${key.trim()}: given twice in one place; keep one of them`;
}

function lineAt(lines: LineCounter, node: Node): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}

/** Walks down as far as the document goes; the key of a pair stands for its value, as that is what people look for. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const step of path) {
    const items = itemsOf(node);
    const pair = items.find((item) => keyOf(item) === String(step));
    if (pair !== undefined) {
      offset = rangeStart((pair as { key: unknown }).key) ?? offset;
      node = (pair as { value: unknown }).value;
    } else {
      const item = typeof step === 'number' ? items[step] : undefined;
      if (item === undefined) break;
      offset = rangeStart(item) ?? offset;
      node = item;
    }
  }
  return lines.linePos(offset ?? 0).line;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? (node.range[0] as number) : undefined;
}

function itemsOf(node: unknown): readonly unknown[] {
  if (typeof node !== 'object' || node === null || !('items' in node)) return [];
  return Array.isArray(node.items) ? node.items : [];
}

/** The key of a pair as text; `undefined` for the items of a list. */
function keyOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('key' in item)) return undefined;
  const { key } = item;
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : undefined;
}
