import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { ReleaseName } from '../../src/core/release.js';
import { Random } from '../../src/state/random.js';
import { call, type Answer } from '../support/call.js';

const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 750);
const seed = process.env['FUZZ_SEED'] ?? String(Date.now());

const methods = ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const types = [
  'application/json',
  'application/json',
  'application/json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/yaml',
  'application/x-www-form-urlencoded',
  'text/plain',
  '',
];
const paths = [
  '/api/v1/nodes',
  '/api/v1/nodes/node1',
  '/api/v1/namespaces',
  '/api/v1/namespaces/fuzz',
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/configmaps/fuzz',
  '/api/v1/namespaces/default/secrets',
  '/apis/apps/v1/namespaces/default/deployments/fuzz/status',
  '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/fuzz',
  '/apis/iam.kubesphere.io/v1beta1/users/fuzz',
  '/apis/iam.kubesphere.io/v1beta1/globalrolebindings/fuzz',
  '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates/fuzz',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/fuzz',
  '/kapis/resources.kubesphere.io/v1alpha3/nodes',
  '/kapis/resources.kubesphere.io/v1alpha3/namespaces/default/pods',
  '/kapis/tenant.kubesphere.io/v1beta1/clusters',
  '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates/fuzz',
  '/kapis/tenant.kubesphere.io/v1beta1/workspaces/fuzz/namespaces',
  '/kapis/iam.kubesphere.io/v1beta1/users/fuzz/password',
  '/kapis/iam.kubesphere.io/v1beta1/workspaces/fuzz/workspaceroles',
  '/kapis/iam.kubesphere.io/v1beta1/subjectaccessreviews',
  '/kapis/cluster.kubesphere.io/v1alpha1/clusters/validation',
  '/kapis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/fuzz',
  '/kapis/config.kubesphere.io/v1alpha2/configs/oauth',
  '/oauth/token',
  '/oauth/authorize',
  '/oauth/userinfo',
  '/clusters/host/kapis/resources.kubesphere.io/v1alpha3/nodes',
  '/version',
];
const texts = [
  '',
  'fuzz',
  'admin',
  '__proto__',
  'constructor',
  '..',
  'a/b',
  'ä',
  '\0',
  '\r\nX: y',
  '%',
  'x'.repeat(300),
  '2024-01-01T00:00:00Z',
  'true',
  '-1',
  '🐟',
];
const keys = [
  'metadata',
  'name',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'spec',
  'status',
  'password',
  'email',
  'roleRef',
  'subjects',
  'kind',
  'apiVersion',
  'data',
  'type',
  'template',
  'placement',
  'clusters',
  'op',
  'path',
  'value',
  'from',
  '__proto__',
  'constructor',
  'generateName',
  'uid',
  'resourceVersion',
  'deletionTimestamp',
  'rules',
  'aggregationRoleTemplates',
];
const queries = [
  'limit',
  'page',
  'sortBy',
  'ascending',
  'labelSelector',
  'fieldSelector',
  'continue',
  'resourceVersion',
  'dryRun',
  'pretty',
  'propagationPolicy',
  'name',
  'grant_type',
  'client_id',
  'redirect_uri',
  '__proto__',
];

class Fuzzer {
  readonly #random: Random;

  constructor(from: string) {
    this.#random = new Random(from);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.#random.integer(from.length)] as T;
  }

  chance(outOf: number): boolean {
    return this.#random.integer(outOf) === 0;
  }

  value(depth: number): unknown {
    switch (this.#random.integer(depth > 0 ? 9 : 6)) {
      case 0:
        return null;
      case 1:
        return this.pick([0, -1, 1.5, 1e308, 2 ** 53, 7]);
      case 2:
        return this.chance(2);
      case 6:
        return Array.from({ length: this.#random.integer(4) }, () => this.value(depth - 1));
      case 7:
      case 8:
        return Object.fromEntries(
          Array.from({ length: this.#random.integer(6) }, () => [this.pick(keys), this.value(depth - 1)]),
        );
      default:
        return this.pick(texts);
    }
  }

  body(): string {
    if (this.chance(6)) return this.pick(texts);
    const object = {
      kind: undefined,
      metadata: { name: this.pick(['fuzz', 'fuzz', ...texts]), ...(this.value(2) as object | null) },
      ...(this.value(4) as object | null),
    };
    const text = JSON.stringify(
      this.chance(5)
        ? Array.from({ length: 3 }, () => ({
            op: this.pick(['add', 'remove', 'copy', 'move', 'test', 'replace']),
            path: `/${this.pick(keys)}/${this.pick(keys)}`,
            from: `/${this.pick(keys)}`,
            value: this.value(3),
          }))
        : object,
    );
    return this.chance(5) ? this.mutate(text) : text;
  }

  /** Cuts, doubles or replaces a bit of a text. */
  mutate(text: string): string {
    const at = this.#random.integer(text.length + 1);
    return (
      text.slice(0, at) +
      this.pick(['', '"', '{', ']', '%', '\0', '%00', '/', '//', '..', text.slice(0, 20)]) +
      text.slice(at + this.#random.integer(3))
    );
  }

  path(): string {
    let path = this.pick(paths);
    if (this.chance(5)) path = `/${this.mutate(path.slice(1))}`;
    if (this.chance(2)) {
      const query = Array.from(
        { length: 1 + this.#random.integer(3) },
        () => `${this.pick(queries)}=${encodeURIComponent(this.pick(texts))}`,
      );
      path += `?${query.join('&')}`;
    }
    // What no HTTP client can send at all is tried elsewhere, on the bare socket.
    return path.replace(/[\0-\x20\x7f-\uffff]/g, (character) =>
      encodeURIComponent(/[\ud800-\udfff]/.test(character) ? '?' : character),
    );
  }
}

test.for(['v4.1', 'v3.4', 'v3.0', 'v2.1'] as readonly ReleaseName[])(
  'thousands of mangled requests neither stop nor break %s',
  { timeout: 120_000 },
  async (release) => {
    console.info(`fuzz ${release}: FUZZ_SEED=${seed} FUZZ_ROUNDS=${String(rounds)}`);
    await using ks = await startFakeKsApiserver({ release });
    const fuzzer = new Fuzzer(`${seed} ${release}`);
    const token = await ks.token();
    for (let round = 0; round < rounds; round += 1) {
      const type = fuzzer.pick(types);
      const method = fuzzer.pick(methods);
      const path = fuzzer.path();
      const body = method === 'GET' || method === 'HEAD' ? undefined : fuzzer.body();
      const headers = {
        ...(!fuzzer.chance(8) && { Authorization: `Bearer ${token}` }),
        ...(type !== '' && { 'Content-Type': type }),
        ...(fuzzer.chance(5) && {
          Accept: fuzzer.pick([
            'application/yaml',
            'text/html',
            '*/*;q=x',
            ';;,,',
            'application/vnd.kubernetes.protobuf',
            'application/json;as=Table;g=meta.k8s.io;v=v1',
          ]),
        }),
      };
      const answer: Answer = await call(ks.url, path, {
        method,
        headers,
        ...(body !== undefined && { body }),
      });
      const errors = await ks.journal.errors();
      expect(
        errors.map(({ error }) => error),
        `${method} ${path} ${type} ${body ?? ''}`,
      ).toEqual([]);
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(200);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(
      (await call(ks.url, '/api/v1/namespaces/default', { headers: { Authorization: `Bearer ${token}` } }))
        .status,
    ).not.toBe(500);
  },
);
