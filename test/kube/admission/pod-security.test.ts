import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { as } from '../../support/ask.js';

const label = 'pod-security.kubernetes.io';
const good = {
  name: 'c',
  image: 'nginx',
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

interface Told {
  readonly status: number;
  readonly message: string;
  readonly warnings: string | null;
}

async function send(ks: InProcessFake, method: string, path: string, body: unknown): Promise<Told> {
  const response = await fetch(ks.url + path, {
    method,
    headers: {
      authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    body: JSON.stringify(body),
  });
  const { message = '' } = (await response.json()) as { message?: string };
  return { status: response.status, message, warnings: response.headers.get('warning') };
}

async function withNamespace(labels: Record<string, string>): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ world: 'default' });
  const made = await send(ks, 'POST', '/api/v1/namespaces', {
    metadata: {
      name: 'safe',
      labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${label}/${key}`, value])),
    },
  });
  expect(made).toMatchObject({ status: 201 });
  return ks;
}

const pods = '/api/v1/namespaces/safe/pods';

function pod(spec: object, annotations: object = {}): object {
  return { metadata: { name: 'x', annotations }, spec: { containers: [good], ...spec } };
}

/** A container that is good but for its security context. */
function container(securityContext: object, more: object = {}): object {
  return {
    containers: [{ ...good, securityContext: { ...good.securityContext, ...securityContext }, ...more }],
  };
}

describe('a restricted namespace', () => {
  test('tells of everything a plain pod lacks, and takes one that lacks nothing', async () => {
    await using ks = await withNamespace({ enforce: 'restricted' });
    const refused = await send(ks, 'POST', pods, pod({ containers: [{ name: 'c', image: 'nginx' }] }));
    expect(refused).toEqual({
      status: 403,
      message:
        'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      warnings: null,
    });
    for (const [spec, why] of [
      [
        container({ runAsNonRoot: false }),
        'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
      ],
      [container({ runAsUser: 0 }), 'runAsUser=0 (container "c" must not set runAsUser=0)'],
      [
        container({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
        'unrestricted capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
      ],
      [
        { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
        'restricted volume types (volume "v" uses restricted volume type "hostPath")',
      ],
      [
        container({ seccompProfile: { type: 'Unconfined' } }),
        'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
      ],
      [
        { hostPID: true, securityContext: { runAsUser: 0 } },
        'host namespaces (hostPID=true), runAsUser=0 (pod must not set runAsUser=0)',
      ],
    ] as const) {
      const { message } = await send(ks, 'POST', pods, pod(spec));
      expect(message).toBe(`pods "x" is forbidden: violates PodSecurity "restricted:latest": ${why}`);
    }
    expect((await send(ks, 'POST', pods, pod({}))).status).toBe(201);
  });

  test('keeps the pods of workloads out, whose writer is only warned where that is asked for', async () => {
    await using ks = await withNamespace({
      enforce: 'restricted',
      warn: 'baseline',
      'warn-version': 'v1.25',
    });
    const template = {
      metadata: { labels: { app: 'w' } },
      spec: { containers: [{ name: 'c', image: 'nginx', securityContext: { privileged: true } }] },
    };
    const made = await send(ks, 'POST', '/apis/apps/v1/namespaces/safe/deployments', {
      metadata: { name: 'w' },
      spec: { selector: { matchLabels: { app: 'w' } }, template },
    });
    expect(made).toMatchObject({
      status: 201,
      warnings: String.raw`299 - "would violate PodSecurity \"baseline:v1.25\": privileged (container \"c\" must not set securityContext.privileged=true)"`,
    });
    const admin = await as(ks, 'admin');
    expect((await admin.get(pods)).json.items).toEqual([]);
    const { text } = await admin.get('/api/v1/namespaces/safe/events');
    expect(text).toContain('FailedCreate');
    expect(text).toContain('violates PodSecurity');
  });
});

test('a baseline namespace keeps out what reaches for the host', async () => {
  await using ks = await withNamespace({ enforce: 'baseline', 'enforce-version': 'v1.24' });
  const plain = (more: object): object => ({ containers: [{ name: 'c', image: 'nginx', ...more }] });
  for (const [spec, why, annotations] of [
    [
      plain({ securityContext: { privileged: true } }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [{ hostNetwork: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostIPC=true)'],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [plain({ ports: [{ containerPort: 80, hostPort: 80 }] }), 'hostPort (container "c" uses hostPort 80)'],
    [
      plain({ securityContext: { capabilities: { add: ['NET_ADMIN', 'KILL'] } } }),
      'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } },
      'forbidden sysctls (net.ipv4.tcp_rmem)',
    ],
    [
      plain({}),
      'forbidden AppArmor profile (container.apparmor.security.beta.kubernetes.io/c="unconfined")',
      { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' },
    ],
  ] as const) {
    const { message } = await send(ks, 'POST', pods, pod(spec, annotations));
    expect(message).toBe(`pods "x" is forbidden: violates PodSecurity "baseline:v1.24": ${why}`);
  }
  expect((await send(ks, 'POST', pods, pod(plain({})))).status).toBe(201);
});

test('a namespace that becomes stricter tells which pods it would not take', async () => {
  await using ks = await withNamespace({});
  await send(ks, 'POST', pods, pod({ hostPID: true }));
  const more = await send(ks, 'PATCH', '/api/v1/namespaces/safe', {
    metadata: { labels: { [`${label}/enforce`]: 'baseline' } },
  });
  expect(more).toMatchObject({
    status: 200,
    warnings: String.raw`299 - "existing pods in namespace \"safe\" violate the new PodSecurity enforce level \"baseline:latest\"", 299 - "x: host namespaces"`,
  });
  const wrong = await send(ks, 'PATCH', '/api/v1/namespaces/safe', {
    metadata: { labels: { [`${label}/warn`]: 'very' } },
  });
  expect(wrong).toMatchObject({
    status: 422,
    message: `Namespace "safe" is invalid: metadata.labels[${label}/warn]: Invalid value: "very": must be one of privileged, baseline, restricted`,
  });
});

test('nobody looks at the labels when that is switched off', async () => {
  await using ks = await startFakeKsApiserver({ world: 'default', controllers: ['-podsecurity'] });
  const labels = { [`${label}/enforce`]: 'restricted' };
  await send(ks, 'POST', '/api/v1/namespaces', { metadata: { name: 'safe', labels } });
  expect((await send(ks, 'POST', pods, pod({ hostPID: true }))).status).toBe(201);
});
