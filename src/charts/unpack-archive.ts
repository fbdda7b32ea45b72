import { posix } from 'node:path';
import { readTar, type TarEntry } from '../core/tar.js';
import { ChartError } from './chart-error.js';

/** A file of a chart. */
export interface ChartFile {
  /** Path below the chart's own folder, such as `templates/service.yaml`. */
  readonly name: string;
  readonly data: Buffer;
}

/** Bytes a chart may unpack to, and a single file of it. Helm allows the former to be 100 MiB. */
export const unpackedLimit: number = 20 * 1024 * 1024;
const fileLimit = 5 * 1024 * 1024;
const gzipHead = 10;

/** What zlib finds wrong, in the words of Go's compress/gzip. */
const gzipProblems: readonly (readonly [text: RegExp, told: string])[] = [
  [/incorrect header check|unknown compression method|header crc/, 'gzip: invalid header'],
  [/incorrect (data|length) check/, 'gzip: invalid checksum'],
  [/unexpected end of file/, 'unexpected EOF'],
];

/**
 * The files of a chart's archive (a tar, compressed by gzip), without the folder they are in.
 *
 * Differs from Helm: an archive may unpack to 20 MiB, not 100; places of errors in compressed data are not told.
 *
 * @throws ChartError in the words of Helm and Go
 * @see helm/helm pkg/chart/loader/archive.go LoadArchiveFiles
 */
export async function unpackArchive(bytes: Buffer): Promise<readonly ChartFile[]> {
  const files = new Map<string, ChartFile>();
  for (const { name, kind, data } of entriesOf(await decompress(bytes))) {
    if (kind === 'folder') continue;
    const path = pathInChart(name);
    if (data.length > fileLimit) {
      const limit = String(fileLimit);
      throw new ChartError(`decompressed chart file "${name}" is larger than the maximum file size ${limit}`);
    }
    // A link is read as the empty file it is in the archive.
    files.set(path, { name: path, data: kind === 'link' ? Buffer.alloc(0) : data });
  }
  if (files.size === 0) throw new ChartError('no files in chart archive');
  return [...files.values()];
}

async function decompress(bytes: Buffer): Promise<Buffer> {
  if (bytes.length === 0) throw new ChartError('EOF');
  if (bytes.length < gzipHead) throw new ChartError('unexpected EOF');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new ChartError('gzip: invalid header');
  const { gunzip } = await import('node:zlib');
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: unpackedLimit }, (error, unpacked) => {
      if (error === null) resolve(unpacked);
      else reject(new ChartError(gzipProblem(error)));
    });
  });
}

function gzipProblem(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_BUFFER_TOO_LARGE')
    return `decompressed chart is larger than the maximum size ${String(unpackedLimit)}`;
  const known = gzipProblems.find(([text]) => text.test(error.message));
  return known?.[1] ?? 'flate: corrupt input';
}

function entriesOf(archive: Buffer): readonly TarEntry[] {
  try {
    return readTar(archive);
  } catch (error) {
    const isCut = error instanceof Error && error.message.startsWith('Unexpected EOF');
    throw new ChartError(isCut ? 'unexpected EOF' : 'archive/tar: invalid tar header');
  }
}

/** The path below the chart's folder. @throws ChartError for one that leads out of it */
function pathInChart(name: string): string {
  const [first = '', ...rest] = name.split(!name.includes('/') && name.includes('\\') ? '\\' : '/');
  const joined = rest.join('/');
  if (posix.isAbsolute(joined)) throw new ChartError('chart illegally contains absolute paths');
  const path = posix.normalize(joined === '' ? '.' : joined).replace(/\/$/, '');
  if (path === '.') throw new ChartError('chart illegally contains content outside the base directory');
  if (path.startsWith('..')) throw new ChartError('chart illegally references parent directory');
  if (/^[a-zA-Z]:\//.test(path)) throw new ChartError('chart contains illegally named files');
  if (first === 'Chart.yaml') throw new ChartError('chart yaml not in base directory');
  return path;
}
