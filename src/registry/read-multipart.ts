import { badRequest } from '../core/api-error.js';

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Only files have one. */
  readonly filename: string | undefined;
  readonly content: Buffer;
}

const partLimit = 1000;
const headerLimit = 10 * 1024;
const blankLine = Buffer.from('\r\n\r\n');

/**
 * Takes a multipart form apart.
 *
 * @throws ApiError 400 in the words of Go's mime/multipart
 */
export function readMultipart(contentType: string, body: Buffer): FormPart[] {
  const boundary = /boundary="?([^";]{1,70})"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw unreadable('no multipart boundary param in Content-Type');
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(delimiter);
  if (at === -1) throw unreadable('multipart: NextPart: EOF');
  for (;;) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts;
    at = body.indexOf(delimiter, start);
    if (at === -1) throw unreadable('multipart: NextPart: EOF');
    if (parts.length === partLimit) throw unreadable('multipart: message too large');
    const headersEnd = body.indexOf(blankLine, start);
    if (headersEnd === -1 || headersEnd > at || headersEnd - start > headerLimit)
      throw unreadable('multipart: NextPart: EOF');
    const headers = body.subarray(start, headersEnd).toString('utf8');
    parts.push({
      name: parameter(headers, 'name') ?? '',
      filename: parameter(headers, 'filename'),
      content: body.subarray(headersEnd + blankLine.length, at - 2),
    });
  }
}

function parameter(headers: string, key: string): string | undefined {
  return new RegExp(`content-disposition:[^\\r\\n]*;\\s*${key}="([^"]*)"`, 'i').exec(headers)?.[1];
}

function unreadable(why: string): Error {
  return badRequest(why);
}
