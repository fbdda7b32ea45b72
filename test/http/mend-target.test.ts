import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';

/** Sends bytes as they are and gives everything that comes back until the server ends the connection. */
function exchange(url: string, pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      for (const piece of pieces) socket.write(piece);
    });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('utf8')));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}

const rest = ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

test('a brand with a space takes request targets with one, as old curls send them', async () => {
  await using ks = await startFakeKsApiserver({ brand: 'Super Kubenetes' });
  const answer = await exchange(ks.url, [`GET /kapis/resources.Super Kubenetes.io/v1alpha3/nodes${rest}`]);
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(answer).toContain('nodes.resources.kubesphere.io is forbidden');
});

test('bodies and later requests on the connection are left alone', async () => {
  await using ks = await startFakeKsApiserver({ brand: 'Super Kubenetes' });
  const form =
    'grant_type=password&username=admin&password=P%4088w0rd&client_id=Super+Kubenetes&client_secret=Super+Kubenetes';
  const head = `POST /oauth/token?a b HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${String(form.length)}\r\n\r\n`;
  const answer = await exchange(ks.url, [
    head,
    form.slice(0, 20),
    form.slice(20),
    `GET /kapis/version${rest}`,
  ]);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain('"access_token"');
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toHaveLength(2);
});

test('without such a brand a space in the target is a 400, as from Go', async () => {
  await using ks = await startFakeKsApiserver();
  const answer = await exchange(ks.url, [`GET /kapis/resources.Super Kubenetes.io/v1alpha3/nodes${rest}`]);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test('a branded server closes although a client said nothing yet', async () => {
  const ks = await startFakeKsApiserver({ brand: 'Super Kubenetes' });
  const silent = exchange(ks.url, []);
  await fetch(`${ks.url}/kapis/version`).then((answer) => answer.text());
  await ks.close();
  expect(await silent).toBe('');
});
