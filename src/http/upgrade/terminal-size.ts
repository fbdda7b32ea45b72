import { isJsonObject } from '../../core/json.js';
import type { TerminalSize } from '../../registry/session.js';

/** Longest text of a size taken, in bytes. */
const longest = 1024;

/** A size as clients send it, `{"Width":80,"Height":24}`; `undefined` for anything else. */
export function readTerminalSize(bytes: Buffer): TerminalSize | undefined {
  if (bytes.length > longest) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (!isJsonObject(value)) return undefined;
    const members = new Map(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each]));
    const [width, height] = [members.get('width'), members.get('height')];
    return isSide(width) && isSide(height) ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
}
