import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const at = '/kapis/resources.kubesphere.io/v1alpha2/users';

test.for(['v2.1', 'v3.0', 'v3.1', 'v3.3', 'v3.4'] as const)(
  '%s: the pod of web kubectl is one of the user, the same when asked again',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const answer = await admin.get(`${at}/admin/kubectl`);
    expect(answer.json).toMatchObject({ namespace: 'kubesphere-controls-system', container: 'kubectl' });
    const { namespace, pod } = answer.json as unknown as { namespace: string; pod: string };
    expect(pod).toMatch(/^kubectl-admin-/);
    expect(
      namesOf(await admin.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=username%3Dadmin`)),
    ).toEqual([pod]);
    expect((await admin.get(`${at}/admin/kubectl`)).json).toEqual(answer.json);
    expect(await admin.get(`${at}/nobody/kubectl`)).toMatchObject({
      status: 500,
      json: { message: 'deployment.apps "kubectl-nobody" not found' },
    });
  },
);

test('the pod of web kubectl goes with its user', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const { namespace } = (await admin.get(`${at}/shop-admin/kubectl`)).json as unknown as {
    namespace: string;
  };
  const pods = async (): Promise<string[]> =>
    namesOf(await admin.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=username%3Dshop-admin`));
  expect(await pods()).toHaveLength(1);
  expect((await admin.send('DELETE', '/kapis/iam.kubesphere.io/v1alpha2/users/shop-admin')).status).toBe(200);
  expect(await pods()).toEqual([]);
});
