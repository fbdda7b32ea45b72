import { mintToken, type TokenSpec } from '../../src/auth/mint-token.js';
import { users } from '../../src/auth/find-user.js';
import type { Options } from '../../src/core/options.js';
import type { ReleaseName } from '../../src/core/release.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { call, form, jsonBody, type Answer, type Call } from '../support/call.js';

/** The moment every clock of these tests stands still at. */
export const now = '2024-07-18T17:36:06.500Z';
/** Password of everybody. */
export const password = 'Passw0rd!';
/** The client of most requests. */
export const client = { client_id: 'kubesphere', client_secret: 'kubesphere' };
/** Where the client `web` is sent. */
export const webRedirect = 'https://web.example.com/cb';

/** A fake with users in every state and clients of every kind, and the requests tests make of it. */
export class Stage implements AsyncDisposable {
  readonly ks: InProcessFake;

  constructor(ks: InProcessFake) {
    this.ks = ks;
  }

  static async of(release: ReleaseName, options: Options = {}): Promise<Stage> {
    const ks = await startFakeKsApiserver({
      release,
      world: 'empty',
      now,
      users: [
        { name: 'alice', password },
        { name: 'dora', password, state: 'Disabled' },
        { name: 'rita', password, state: 'AuthLimitExceeded' },
        { name: 'nova', password },
      ],
      clients: [
        {
          name: 'web',
          secret: 'web-secret',
          trusted: false,
          redirectURIs: [webRedirect],
          scopeRestrictions: ['openid', 'email', 'profile'],
        },
        {
          name: 'asking',
          secret: 's',
          trusted: false,
          grantMethod: 'prompt',
          redirectURIs: [webRedirect],
          scopeRestrictions: ['openid'],
        },
        {
          name: 'denying',
          secret: 's',
          trusted: false,
          grantMethod: 'deny',
          redirectURIs: [webRedirect],
          scopeRestrictions: ['openid'],
        },
      ],
      ...options,
    });
    const stage = new Stage(ks);
    stage.setStatus('nova', {});
    return stage;
  }

  /** Stores a user with another status, as a controller would. */
  setStatus(name: string, status: Record<string, string>): void {
    const { store } = this.ks.world.host;
    const { object } = store.get(users, undefined, name);
    store.load(users, { ...object, status });
  }

  remove(name: string): void {
    this.ks.world.host.store.remove(users, undefined, name);
  }

  mint(spec: Partial<TokenSpec> = {}): string {
    return mintToken(this.ks.world, { user: 'alice', ...spec });
  }

  call(path: string, options: Call = {}): Promise<Answer> {
    return call(this.ks.url, path, options);
  }

  /** Any request with this Authorization header. */
  as(authorization: string, path = '/kapis/resources.kubesphere.io/v1alpha3/nodes'): Promise<Answer> {
    return this.call(path, { headers: { Authorization: authorization } });
  }

  /** The token endpoint. */
  token(values: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = form(values);
    return this.call('/oauth/token', { ...sent, headers: { ...sent.headers, ...headers } });
  }

  /** A login in the way of the release. */
  logIn(username: string, given: string): Promise<Answer> {
    if (this.ks.world.release.name === 'v2.1') return this.logIn21({ username, password: given });
    return this.token({ grant_type: 'password', username, password: given, ...client });
  }

  logIn21(body: unknown): Promise<Answer> {
    return this.call('/kapis/iam.kubesphere.io/v1alpha2/login', jsonBody(body));
  }

  /** `token` of 2.1, which is behind the gateway. */
  token21(body: unknown): Promise<Answer> {
    const sent = jsonBody(body);
    return this.call('/kapis/iam.kubesphere.io/v1alpha2/token', {
      ...sent,
      headers: { ...sent.headers, Authorization: `Bearer ${this.mint({ user: 'admin' })}` },
    });
  }

  refresh(token: string): Promise<Answer> {
    if (this.ks.world.release.name === 'v2.1')
      return this.token21({ grant_type: 'refresh_token', refresh_token: token });
    return this.token({ grant_type: 'refresh_token', refresh_token: token, ...client });
  }

  authorize(values: Record<string, string>, authorization?: string): Promise<Answer> {
    return this.call(`/oauth/authorize?${new URLSearchParams(values).toString()}`, {
      ...(authorization !== undefined && { headers: { Authorization: authorization } }),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.ks.close();
  }
}

/** A Basic header. */
export function basic(name: string, given: string): string {
  return `Basic ${Buffer.from(`${name}:${given}`).toString('base64')}`;
}
