import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { as, namesOf } from '../support/ask.js';

afterEach(() => {
  vi.useRealTimers();
});

/** A Kubernetes that answers some paths only; who asks for others waits. */
async function startKubernetes(answers: Readonly<Record<string, object>>): Promise<{
  readonly url: string;
  /** Paths of the requests that wait. */
  readonly waiting: () => string[];
  readonly close: () => void;
}> {
  const open = new Map<ServerResponse, string>();
  const server = createServer(({ url = '' }, response) => {
    const path = url.split('?')[0] ?? '';
    const answer = answers[path];
    if (answer === undefined) {
      open.set(response, path);
      response.once('close', () => open.delete(response));
    } else {
      const status = (answer as { readonly code?: number }).code ?? 200;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    waiting: () => [...open.values()],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('A Kubernetes underneath that says nothing for half a minute is given up at the start', async () => {
  const kubernetes = await startKubernetes({});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const refused = expect(startFakeKsApiserver({ kubeApiserver: kubernetes.url })).rejects.toThrow(
    'kubeApiserver: the Kubernetes API server takes more than 30 s to answer; give the URL of',
  );
  await vi.waitUntil(() => kubernetes.waiting().length > 0, { timeout: 15_000 });
  vi.advanceTimersByTime(30_000);
  await refused;
  vi.useRealTimers();
  await expect.poll(() => kubernetes.waiting()).toEqual([]);
  kubernetes.close();
});

test('Once a Kubernetes underneath has refused a list at the start, nothing else is waited for', async () => {
  const verbs = ['list', 'watch'];
  const kubernetes = await startKubernetes({
    '/apis': { groups: [] },
    '/api/v1': {
      resources: ['nodes', 'pods'].map((name) => ({ name, verbs, kind: name, namespaced: false })),
    },
    '/api/v1/nodes': { kind: 'Status', code: 403, reason: 'Forbidden', message: 'nodes is forbidden' },
  });
  await expect(startFakeKsApiserver({ kubeApiserver: kubernetes.url })).rejects.toThrow(
    'kubeApiserver: nodes is forbidden; give the URL of',
  );
  await expect.poll(() => kubernetes.waiting()).toEqual([]);
  kubernetes.close();
});

test('A Kubernetes without KubeSphere is enough: what it does not serve is kept here', async () => {
  const verbs = ['list', 'watch', 'create', 'get'];
  const named = (name: string, kind: string): object => ({ name, kind, verbs, namespaced: false });
  const list = (kind: string): object => ({ kind, metadata: { resourceVersion: '5' }, items: [] });
  const kubernetes = await startKubernetes({
    '/apis': { groups: [{ versions: [{ groupVersion: 'apiextensions.k8s.io/v1' }] }] },
    '/api/v1': { resources: [named('nodes', 'Node')] },
    '/apis/apiextensions.k8s.io/v1': {
      resources: [named('customresourcedefinitions', 'CustomResourceDefinition')],
    },
    '/api/v1/nodes': list('NodeList'),
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': list('CustomResourceDefinitionList'),
  });
  const ks = await startFakeKsApiserver({ kubeApiserver: kubernetes.url });
  const admin = await as(ks, 'admin');
  const users = await admin.get('/kapis/iam.kubesphere.io/v1beta1/users');
  expect(namesOf(users)).toEqual(['admin']);
  expect(kubernetes.waiting()).toEqual([]);
  await ks.close();
  kubernetes.close();
});
