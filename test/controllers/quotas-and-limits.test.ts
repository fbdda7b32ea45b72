import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';

function pod(name: string, resources: object = {}): object {
  return { metadata: { name }, spec: { containers: [{ name: 'web', image: 'nginx:1.25', resources }] } };
}

async function statusOf(admin: Asker, name: string): Promise<unknown> {
  return (await admin.get(`${core}/resourcequotas/${name}`)).json['status'];
}

describe('a ResourceQuota', () => {
  test('counts what a namespace takes, and refuses what is more', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const hard = { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi', 'count/configmaps': '9' };
    await admin.send('POST', `${core}/resourcequotas`, { metadata: { name: 'compute' }, spec: { hard } });
    const fits = { requests: { cpu: '600m' }, limits: { memory: '256Mi' } };
    expect((await admin.send('POST', `${core}/pods`, pod('one', fits))).status).toBe(201);
    expect(await statusOf(admin, 'compute')).toMatchObject({
      hard,
      used: { pods: '1', 'requests.cpu': '600m', 'limits.memory': '256Mi' },
    });
    const more = await admin.send('POST', `${core}/pods`, pod('two', fits));
    expect([more.status, more.json['reason'], more.json['message']]).toEqual([
      403,
      'Forbidden',
      'pods "two" is forbidden: exceeded quota: compute, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    ]);
    const silent = await admin.send('POST', `${core}/pods`, pod('three'));
    expect(silent.json['message']).toBe(
      'pods "three" is forbidden: failed quota: compute: must specify limits.memory for: web; requests.cpu for: web',
    );
    await admin.send('DELETE', `${core}/pods/one`);
    expect(await statusOf(admin, 'compute')).toMatchObject({ used: { pods: '0', 'requests.cpu': '0' } });
  });

  test('holds a Deployment back until there is room', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const quota = { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } };
    await admin.send('POST', `${core}/resourcequotas`, quota);
    await admin.send('POST', '/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx:1.25' }] },
        },
      },
    });
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    expect((await admin.get(path)).json['status']).toMatchObject({ readyReplicas: 1 });
    const wider = { spec: { hard: { pods: '5' } } };
    await admin.send('PATCH', `${core}/resourcequotas/few`, wider, 'application/merge-patch+json');
    expect((await admin.get(path)).json['status']).toMatchObject({ readyReplicas: 2 });
  });

  test('limits services and storage too, and counts nothing when switched off', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const hard = { 'services.nodeports': '0', 'requests.storage': '1Gi' };
    await admin.send('POST', `${core}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } });
    const service = { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
    expect((await admin.send('POST', `${core}/services`, service)).json['message']).toBe(
      'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
    );
    const claim = {
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    };
    expect((await admin.send('POST', `${core}/persistentvolumeclaims`, claim)).status).toBe(403);
    await using off = await startFakeKsApiserver({ controllers: { resourcequota: false } });
    const free = await as(off, 'admin');
    await free.send('POST', `${core}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } });
    expect((await free.send('POST', `${core}/services`, service)).status).toBe(201);
  });
});

describe('a LimitRange', () => {
  const limits = [
    {
      type: 'Container',
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '100m' },
      max: { cpu: '2' },
    },
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
  ];

  test('completes containers and says so', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits } });
    const { json } = await admin.send('POST', `${core}/pods`, pod('one'));
    expect((json.spec['containers'] as Body[])[0]).toMatchObject({
      resources: {
        limits: { cpu: '500m', memory: '512Mi' },
        requests: { cpu: '100m', memory: '512Mi' },
      },
    });
    expect(json.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container web; cpu, memory limit for container web',
    });
    expect(json['status']).toMatchObject({ qosClass: 'Burstable' });
  });

  test.for([
    [
      'pods',
      pod('one', { limits: { cpu: '3' } }),
      'pods "one" is forbidden: maximum cpu usage per Container is 2, but limit is 3',
    ],
    [
      'persistentvolumeclaims',
      {
        metadata: { name: 'c' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
      },
      'persistentvolumeclaims "c" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
    ],
  ] as const)('refuses %s beyond it', async ([plural, body, message]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits } });
    const answer = await admin.send('POST', `${core}/${plural}`, body);
    expect([answer.status, answer.json['message']]).toEqual([403, message]);
  });
});
