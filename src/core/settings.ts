/** An OAuth client. In 4.1 each is a Secret of the world; before, part of the configuration. */
export interface OAuthClient {
  readonly name: string;
  readonly secret: string;
  readonly trusted?: boolean;
  readonly grantMethod?: 'auto' | 'prompt' | 'deny';
  readonly respondWithChallenges?: boolean;
  readonly scopeRestrictions?: readonly string[];
  readonly redirectURIs?: readonly string[];
  /** Seconds; used only together with the next one and only when both are above 0 (4.1). */
  readonly accessTokenMaxAgeSeconds?: number;
  readonly accessTokenInactivityTimeoutSeconds?: number;
}

/** An external identity provider as configured; 4.1 reads them from Secrets. */
export interface IdentityProvider {
  readonly name: string;
  readonly type: string;
  readonly mappingMethod: string;
  readonly disableLoginConfirmation?: boolean;
  readonly disabled?: boolean;
  /** 4.1.3. */
  readonly hidden?: boolean;
  /** 4.1.3. */
  readonly displayName?: string;
  readonly provider?: Readonly<Record<string, unknown>>;
}

/** What an operator of the real server puts into `kubesphere-config`. Durations are milliseconds unless named otherwise. */
export interface Settings {
  /** `iss` of tokens; in 4.1 also the base of the endpoints in the discovery document. */
  readonly issuer: string;
  readonly accessTokenMaxAge: number;
  readonly accessTokenInactivityTimeout: number;
  readonly maximumClockSkew: number;
  readonly multipleLogin: boolean;
  readonly rateLimit: { readonly maxTries: number; readonly duration: number };
  readonly loginHistory: { readonly retention: number; readonly maximumEntries: number };
  /** Base64 of the signing key's PEM when it was configured that way; the real server leaks it in configs/oauth. */
  readonly signKeyData?: string;
  /** 3.x only; 4.1 keeps clients as Secrets. */
  readonly clients: readonly OAuthClient[];
  /** 3.x only. */
  readonly identityProviders: readonly IdentityProvider[];
  /** Who may do what: as roles say, everybody everything, or nobody anything. */
  readonly authorizationMode: 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny';
  readonly multicluster: {
    readonly enable: boolean;
    readonly clusterRole: 'host' | 'member' | 'none';
    readonly hostClusterName: string;
  };
  /** `kubesphere.yaml` as the server read it when it started; absent in worlds without that ConfigMap. */
  readonly configuration?: string;
  /** The CA of the HTTPS door, both in PEM; the key only where somebody has it. Absent: the packaged CA. */
  readonly authority?: { readonly certificate: string; readonly key?: string };
  /** `gitVersion` of the Kubernetes underneath. */
  readonly kubernetesVersion: string;
}
