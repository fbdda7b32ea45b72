import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { readMultipart } from '../../../src/registry/read-multipart.js';
import { as } from '../../support/ask.js';

const type = 'multipart/form-data; boundary=BB';

function form(name: string, filename: string, content: string): string {
  return `--BB\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${content}\r\n--BB--\r\n`;
}

test('a picture is kept under its MD5 and handed to anybody who may ask', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const kept = await admin.send('POST', '/static/images', form('image', 'Logo.PNG', 'PNGDATA'), type);
  expect(kept.text).toBe('{\n "image": "0b75926ab9a9f9fe7d6008245c09352e.png"\n}');
  const picture = await admin.get('/static/images/0b75926ab9a9f9fe7d6008245c09352e.png');
  expect([picture.text, picture.contentType]).toEqual(['PNGDATA', 'image/png']);
  const missing = await admin.get('/static/images/x.png');
  expect([missing.status, missing.text]).toEqual([404, 'image x.png not found\n']);
});

test.for([
  ['another field', form('other', 'a.png', 'x'), 'invalid form data\n'],
  ['another format', form('image', 'a.txt', 'x'), 'the provided file format is not allowed\n'],
  ['no extension', form('image', 'png', 'x'), 'the provided file format is not allowed\n'],
  [
    'constructor for a format',
    form('image', 'a.constructor', 'x'),
    'the provided file format is not allowed\n',
  ],
  [
    'an end that is missing',
    '--BB\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\nx',
    'failed to parse multipart form: multipart: NextPart: EOF\n',
  ],
  ['nothing in it', '', 'failed to parse multipart form: multipart: NextPart: EOF\n'],
] as const)('an upload with %s is refused', async ([, body, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const refused = await (await as(ks, 'admin')).send('POST', '/static/images', body, type);
  expect([refused.status, refused.text]).toEqual([400, text]);
});

test('a form is taken apart byte for byte', () => {
  const body = Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\u0000\r\n1\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\n\r\n\r\n--b--`,
  );
  expect(readMultipart('multipart/form-data; boundary="b"', body)).toEqual([
    { name: 'a', filename: undefined, content: Buffer.from('\u0000\r\n1') },
    { name: 'f', filename: 'x.png', content: Buffer.from('') },
  ]);
});
