import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../core/input-error.js';
import { isJsonObject } from '../core/json.js';
import { withRepeatedPaths, type WholeDocument } from './repeated-paths.js';

/** Largest document read, in bytes; that of Kubernetes has four million. */
const sizeLimit = 16 * 1024 * 1024;
/** How long a server may take to send one, in milliseconds. */
const timeLimit = 10_000;

/**
 * Reads a document from a file or an http(s) URL, JSON or YAML, packed with gzip or not.
 *
 * @throws InputError with a line when it cannot be read or is no mapping
 */
export async function readSpec(source: string): Promise<WholeDocument> {
  const bytes = /^https?:\/\//i.test(source) ? await download(source) : readFile(source);
  const text = (await unpacked(bytes, source)).toString('utf8').replace(/^\uFEFF/, '');
  const { value, isJson } = await parse(text, source);
  if (isJsonObject(value)) return isJson ? withRepeatedPaths(value, text) : { document: value, repairs: [] };
  throw refused(source, 'is no mapping; give a Swagger 2.0 or OpenAPI 3 document');
}

/** What a gzip file holds; anything else as it is. */
async function unpacked(bytes: Buffer, source: string): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes, { maxOutputLength: sizeLimit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(source);
    const why = error instanceof Error ? error.message : String(error);
    throw refused(source, `is no whole gzip file: ${why}; give it unpacked`, error);
  }
}

async function parse(
  text: string,
  source: string,
): Promise<{ readonly value: unknown; readonly isJson: boolean }> {
  try {
    return { value: JSON.parse(text) as unknown, isJson: true };
  } catch {
    // YAML, or JSON with a fault in it, whose line the reader of YAML tells.
  }
  const { readPositionedStream } = await import('../core/positioned-yaml.js');
  const documents = await readPositionedStream(text, source, sizeLimit);
  if (documents.length > 1) throw refused(source, 'holds several documents; give one file each');
  return { value: documents[0]?.value, isJson: false };
}

function readFile(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > sizeLimit) throw tooLarge(file);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : code;
    throw refused(file, `cannot be read: ${why}; give the path of a readable file or a URL`, error);
  }
}

async function download(url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeLimit),
      headers: { Accept: 'application/json, application/yaml;q=0.9, */*;q=0.1' },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refused(url, `answered ${String(response.status)}; correct the URL`);
    }
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > sizeLimit) throw tooLarge(url);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refused(url, `cannot be fetched: ${reasonOf(error)}; correct the URL or give a file`, error);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing whole came in ${String(timeLimit / 1000)} seconds`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function tooLarge(source: string): InputError {
  return refused(source, `has more than ${String(sizeLimit / 1024 / 1024)} MiB; give a smaller document`);
}

function refused(source: string, message: string, cause?: unknown): InputError {
  return new InputError([{ source, message }], cause === undefined ? {} : { cause });
}
