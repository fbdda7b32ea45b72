import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces';

test.for([
  ['v2.1', true, true],
  ['v3.1', true, true],
  ['v3.3', true, false],
  ['v3.4', false, false],
  ['v4.1', false, false],
] as const)(
  'a ServiceAccount of %s has a Secret with its token: %s, and pods use it: %s',
  async ([release, has, uses]) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    await admin.send('POST', core, { metadata: { name: 'fresh' } });
    await admin.send('POST', `${core}/fresh/serviceaccounts`, { metadata: { name: 'robot' } });
    const secretOf = async (): Promise<string | undefined> => {
      const { secrets } = (await admin.get(`${core}/fresh/serviceaccounts/robot`)).json;
      return (secrets as { name: string }[] | undefined)?.[0]?.name;
    };
    const name = await secretOf();
    const spec = { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'c' }] };
    const pod = await admin.send('POST', `${core}/fresh/pods`, { metadata: { name: 'one' }, spec });
    const [volume] = pod.json.spec['volumes'] as { name: string; secret?: object }[];
    if (uses) expect(volume).toEqual({ name, secret: { secretName: name, defaultMode: 420 } });
    else expect(volume?.name).toMatch(/^kube-api-access-/);
    expect(((await admin.get(`${core}/fresh/pods/one`)).json['status'] as Body)['phase']).toBe('Running');
    if (!has) {
      expect(name).toBeUndefined();
      return;
    }
    expect(name).toMatch(/^robot-token-\w{5}$/);
    const secret = (await admin.get(`${core}/fresh/secrets/${name ?? ''}`)).json;
    expect(secret).toMatchObject({
      type: 'kubernetes.io/service-account-token',
      metadata: { annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    });
    expect(Object.keys(secret['data'] as object).sort()).toEqual(['ca.crt', 'namespace', 'token']);
    await admin.send('DELETE', `${core}/fresh/secrets/${name ?? ''}`);
    const next = await secretOf();
    expect(next).toMatch(/^robot-token-\w{5}$/);
    expect(next).not.toBe(name);
    await admin.send('DELETE', `${core}/fresh/serviceaccounts/robot`);
    expect((await admin.get(`${core}/fresh/secrets/${next ?? ''}`)).status).toBe(404);
    await admin.send('DELETE', `${core}/fresh`);
    expect((await admin.get(`${core}/fresh`)).status).toBe(404);
  },
);
