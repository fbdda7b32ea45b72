import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { startImageRegistry } from '../../support/image-registry.js';

const base = '/kapis/resources.kubesphere.io';
const lookups = `${base}/v1alpha3/namespaces/default`;

function dockerSecret(address: string, password: string): object {
  const auths = { [address]: { username: 'ann', password } };
  return {
    metadata: { name: 'reg', namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
}

async function keep(admin: Asker, secret: object): Promise<void> {
  expect((await admin.send('POST', '/api/v1/namespaces/default/secrets', secret)).status).toBe(201);
}

describe('an image registry is asked', () => {
  test('for tags and for what an image was built with, with the credentials of a Secret', async () => {
    await using registry = await startImageRegistry('bearer');
    await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
    const admin = await as(ks, 'admin');
    await keep(admin, dockerSecret(registry.address, 'secret'));
    const image = `${registry.address}/shop/web`;
    const tags = await admin.get(`${lookups}/repositorytags?repository=${image}&secret=reg`);
    expect([tags.status, tags.json]).toEqual([
      200,
      { registry: registry.address, repository: 'shop/web', tags: ['1.0', '0.9'], total: 2 },
    ]);
    const config = await admin.get(`${lookups}/imageconfig?image=${image}:1.0&secret=reg`);
    expect(config.json).toMatchObject({ architecture: 'amd64', config: { Cmd: ['web'] } });
    expect(registry.asked).toContain('GET /token?scope=repository%3Ashop%2Fweb%3Apull&service=reg');
  });

  test('the older way, for manifest and blob', async () => {
    await using registry = await startImageRegistry('bearer');
    await using ks = await startFakeKsApiserver({ release: 'v2.1' });
    const admin = await as(ks, 'admin');
    await keep(admin, dockerSecret(`http://${registry.address}`, 'secret'));
    const path = `${base}/v1alpha2/registry/blob?image=${registry.address}/shop/web:1.0`;
    const { json } = await admin.get(`${path}&namespace=default&secret=reg`);
    expect(json).toMatchObject({
      status: 'succeeded',
      imageManifest: { schemaVersion: 2 },
      imageBlob: { architecture: 'amd64', config: { Labels: { maintainer: 'ann' } }, 'rootfs omitempty': {} },
      imageTag: '1.0',
      registry: registry.address,
    });
  });

  test.for([
    [
      'none',
      'imageconfig?image=HOST/shop/web:2',
      404,
      'GET http://HOST/v2/shop/web/manifests/2: MANIFEST_UNKNOWN: manifest unknown',
    ],
    [
      'bearer',
      'repositorytags?repository=HOST/shop/web',
      400,
      'GET http://HOST/token?scope=repository%3Ashop%2Fweb%3Apull&amp;service=reg: UNAUTHORIZED: incorrect username or password',
    ],
    [
      'basic',
      'repositorytags?repository=HOST/shop/web',
      400,
      'GET http://HOST/v2/shop/web/tags/list?n=1000: UNAUTHORIZED: authentication required',
    ],
    [
      'none',
      'repositorytags?repository=HOST/nope',
      400,
      'GET http://HOST/v2/nope/tags/list?n=1000: unexpected status code 404 Not Found',
    ],
    ['none', 'repositorytags?repository=', 400, 'empty repository name'],
    [
      'none',
      'repositorytags?repository=x',
      400,
      'repository must be between 2 and 255 characters in length: x',
    ],
    ['none', 'imageconfig?image=', 400, 'could not parse reference: '],
    ['none', 'imageconfig?image=HOST/Shop', 400, 'could not parse reference: HOST/Shop'],
    ['none', 'imageconfig?image=HOST/shop/web&secret=nope', 400, 'secret "nope" not found'],
    [
      'none',
      'repositorytags?repository=127.0.0.1:1/shop/web',
      400,
      'Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused; Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
  ] as const)('and tells what is wrong (%s): %s', async ([auth, path, status, text]) => {
    await using registry = await startImageRegistry(auth);
    await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
    const answer = await (await as(ks, 'admin')).get(`${lookups}/${path.replace('HOST', registry.address)}`);
    expect([answer.status, answer.text]).toEqual([status, `${text.replaceAll('HOST', registry.address)}\n`]);
  });
});

test('images are searched for: those of the world, or in a Harbor', async () => {
  await using registry = await startImageRegistry('basic');
  await using ks = await startFakeKsApiserver({ release: 'v4.1' });
  const admin = await as(ks, 'admin');
  const search = async (query: string): Promise<readonly [number, unknown]> => {
    const { status, text, json } = await admin.get(`${lookups}/images${query}`);
    return [status, status === 200 ? json : text];
  };
  expect(await search('?q=nginx')).toEqual([200, { total: 1, entries: ['nginx'] }]);
  expect((await admin.get(`${lookups}/images?q=no-such`)).text).toBe('{\n "total": 0,\n "entries": []\n}');
  const secret = { ...dockerSecret(`http://${registry.address}`, 'secret') };
  const metadata = (name: string, provider: string): object => ({
    metadata: { name, annotations: { 'config.kubesphere.io/imagesearchprovider': provider } },
  });
  await keep(admin, { ...secret, ...metadata('harbor', 'HarborRegistryProvider') });
  await keep(admin, { ...secret, ...metadata('odd', 'Odd') });
  await keep(admin, {
    ...dockerSecret(`http://${registry.address}`, 'wrong'),
    ...metadata('wrong', 'HarborRegistryProvider'),
  });
  expect(await search('?q=web&secret=harbor')).toEqual([200, { total: 1, entries: ['shop/web'] }]);
  expect(await search('?q=web&secret=odd')).toEqual([400, 'image search provider "Odd" not found\n']);
  expect(await search('?q=web&secret=none')).toEqual([404, 'Secret "none" not found\n']);
  expect((await search('?q=web&secret=wrong'))[0]).toBe(500);
});

describe('credentials of a registry are tried', () => {
  test.for([
    ['v3.4', 'secret', 200, undefined],
    [
      'v3.4',
      'wrong',
      401,
      'GET http://HOST/token?service=reg: UNAUTHORIZED: incorrect username or password\n',
    ],
    [
      'v4.1',
      'wrong',
      400,
      'registry auth failed with err: GET http://HOST/token?service=reg: UNAUTHORIZED: incorrect username or password\n',
    ],
  ] as const)('those of a Secret in %s: %s', async ([release, password, status, text]) => {
    await using registry = await startImageRegistry('bearer');
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    const path = `${lookups}/registrysecrets/reg/verify`;
    const secret = dockerSecret(`http://${registry.address}`, password);
    const answer = await (await as(ks, 'admin')).send('POST', path, secret);
    expect(answer.status).toBe(status);
    if (text === undefined) expect(answer.json).toEqual(secret);
    else expect(answer.text).toBe(text.replaceAll('HOST', registry.address));
  });

  test.for([
    ['bearer', 'secret', 200, ''],
    ['basic', 'secret', 200, ''],
    [
      'bearer',
      'wrong',
      400,
      'Error response from daemon: Get "http://HOST/v2/": unauthorized: incorrect username or password\n',
    ],
    [
      'basic',
      'wrong',
      400,
      'Error response from daemon: login attempt to http://HOST/v2/ failed with status: 401 Unauthorized\n',
    ],
  ] as const)('as a Docker daemon would (%s): %s', async ([auth, password, status, text]) => {
    await using registry = await startImageRegistry(auth);
    await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
    const sent = { username: 'ann', password, serverhost: `http://${registry.address}` };
    const answer = await (await as(ks, 'admin')).send('POST', `${base}/v1alpha2/registry/verify`, sent);
    expect([answer.status, answer.text]).toEqual([status, text.replaceAll('HOST', registry.address)]);
  });
});

describe('a Git repository is asked for its references', () => {
  test.for([
    ['bearer', 'http://HOST/web.git', 'authentication required'],
    ['none', 'http://HOST/nope.git', 'repository not found'],
    ['none', 'http://HOST/page', 'invalid pkt-len found'],
    [
      'none',
      'http://127.0.0.1:1/web.git',
      'unexpected client error: Get "http://127.0.0.1:1/web.git/info/refs?service=git-upload-pack": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    ['none', '', 'repository not found'],
    ['none', 'file:///srv/web.git', 'repository not found'],
    ['none', 'git@HOST/web.git', 'invalid auth method'],
    ['none', 'ssh://git@HOST/web.git', 'invalid auth method'],
    ['none', 'ftp://HOST/web.git', 'unsupported scheme "ftp"'],
    ['none', 'git://127.0.0.1:1/web.git', 'dial tcp 127.0.0.1:1: connect: connection refused'],
  ] as const)('and is refused (%s): %s', async ([auth, remote, message]) => {
    await using registry = await startImageRegistry(auth);
    await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
    const remoteUrl = remote.replace('HOST', registry.address);
    const answer = await (await as(ks, 'admin')).send('POST', `${base}/v1alpha2/git/verify`, { remoteUrl });
    expect([answer.status, answer.json]).toEqual([500, { message }]);
  });

  test('of a Git daemon too', async () => {
    const asked: string[] = [];
    const daemon = createServer((socket) => {
      socket.once('data', (bytes) => {
        asked.push(String(bytes));
        const head = `${'a'.repeat(40)} HEAD\0multi_ack\n`;
        const known = `${(head.length + 4).toString(16).padStart(4, '0')}${head}0000`;
        socket.write(
          String(bytes).includes('/web.git') ? known : '001fERR access denied or repository not exported: /x',
        );
        socket.end();
      });
    });
    await new Promise<void>((resolve) => daemon.listen(0, '127.0.0.1', resolve));
    const port = String((daemon.address() as AddressInfo).port);
    await using ks = await startFakeKsApiserver({ release: 'v4.1', world: 'empty' });
    const admin = await as(ks, 'admin');
    const verify = async (path: string): Promise<unknown> => {
      const remoteUrl = `git://127.0.0.1:${port}/${path}`;
      return (await admin.send('POST', `${base}/v1alpha2/git/verify`, { remoteUrl })).json;
    };
    expect(await verify('web.git')).toEqual({ message: 'success' });
    expect(await verify('x')).toEqual({ message: 'repository not found' });
    expect(asked[0]).toBe(`0032git-upload-pack /web.git\0host=127.0.0.1:${port}\0`);
    daemon.close();
  });

  test('with the name and password of a Secret', async () => {
    await using registry = await startImageRegistry('basic');
    await using ks = await startFakeKsApiserver({ release: 'v3.0', world: 'empty' });
    const admin = await as(ks, 'admin');
    const secretRef = { namespace: 'default', name: 'git' };
    const sent = { remoteUrl: `http://${registry.address}/web.git`, secretRef };
    const path = `${base}/v1alpha2/git/verify`;
    expect((await admin.send('POST', path, sent)).json).toEqual({ message: 'secret "git" not found' });
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    await keep(admin, {
      metadata: secretRef,
      type: 'kubernetes.io/basic-auth',
      data: { username: encoded('ann'), password: encoded('secret') },
    });
    expect((await admin.send('POST', path, sent)).json).toEqual({ message: 'success' });
  });
});
