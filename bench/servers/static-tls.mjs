// The floor for kubectl: node:https repeating recorded answers, with the certificate our own server has.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const identity = readFileSync(new URL('../../fixtures/keys/test-tls.pem', import.meta.url));
const answers = new Map();
for (const { path, type, body } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  answers.set(path, { type, bytes: Buffer.from(body) });
}
const server = createServer({ key: identity, cert: identity }, (request, response) => {
  const url = new URL(request.url, 'https://floor');
  const more = url.searchParams.get('continue');
  const query = url.searchParams.has('limit') ? `?${more === null ? '' : `continue=${more}&`}limit=500` : '';
  const answer = answers.get(`${url.pathname}${query}`);
  if (answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': answer.type,
    'Content-Length': answer.bytes.length,
    Vary: 'Accept',
  });
  response.end(answer.bytes);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`https://127.0.0.1:${server.address().port}`);
});
