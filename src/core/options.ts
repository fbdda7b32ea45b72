import type { JsonObject } from './json.js';
import type { ReleaseName } from './release.js';
import type { OAuthClient } from './settings.js';

/** A duration: seconds as a number, or Go's notation such as `2h`, `10m0s` or `500ms`. */
export type Duration = number | string;

/** A login to create, or to change when the world already has it. */
export interface UserOption {
  readonly name: string;
  readonly password: string;
  readonly email?: string;
  /** Name of a GlobalRole; `platform-regular` when absent. */
  readonly globalRole?: string;
  readonly state?: 'Active' | 'Disabled' | 'AuthLimitExceeded';
  readonly groups?: readonly string[];
}

/** How much faker-made data to add to the world. */
export interface GenerateOption {
  readonly nodes?: number;
  readonly namespaces?: number;
  readonly pods?: number;
  readonly users?: number;
}

/** A world as one document: exactly these objects, nothing of the default world added. */
export interface WorldDocument {
  /** KubeSphere's own configuration, as in the ConfigMap `kubesphere-config`. */
  readonly config?: JsonObject;
  /** Plain passwords of the users among the objects. */
  readonly users?: readonly { readonly name: string; readonly password: string }[];
  readonly objects: readonly JsonObject[];
  /** The same settings the way recorded worlds carry them. */
  readonly meta?: JsonObject;
}

/** A member cluster that is a server of its own, which requests for it are passed on to. Give `url` or `kubeconfig`. */
export interface ClusterOption {
  readonly name: string;
  /** Of its ks-apiserver, such as `https://member.example:9090`. */
  readonly url?: string;
  /** Path of a kubeconfig, or its text: its ks-apiserver is reached through its kube-apiserver. */
  readonly kubeconfig?: string;
}

/** A document of an API: file, `http(s)` URL, either with `NAME=` in front, or the document itself. */
export type SpecOption = string | { readonly name: string; readonly document: JsonObject };

/** Everything a fake can be told; all of it is optional. */
export interface Options {
  /** Default `v4.1`. */
  readonly release?: ReleaseName;
  readonly brand?: string;
  /** `default`, `empty` (a fresh install), a file or folder of Kubernetes objects, or a document. */
  readonly world?: string | WorldDocument;
  readonly generate?: GenerateOption;
  readonly seed?: number | string;
  /** A moment to stand still at, RFC 3339; without it real time is followed. */
  readonly now?: string;
  readonly users?: readonly UserOption[];
  readonly clients?: readonly OAuthClient[];
  /** Member clusters to join, or to put in the place of those the world has. */
  readonly clusters?: readonly ClusterOption[];
  /**
   * URL of a kube-apiserver, or a kubeconfig (its path or text): it answers `/api` and `/apis`, and its objects are what
   * everything else reads. The world is then a fresh install.
   */
  readonly kubeApiserver?: string;
  readonly issuer?: string;
  readonly jwtSecret?: string;
  /** PEM of an RSA private key for id tokens. */
  readonly signKey?: string;
  readonly accessTokenMaxAge?: Duration;
  /** How much longer refresh tokens live than access tokens. */
  readonly accessTokenInactivityTimeout?: Duration;
  /** The same said as the whole life of refresh tokens; give one of the two. */
  readonly refreshTokenMaxAge?: Duration;
  readonly maximumClockSkew?: Duration;
  readonly multipleLogin?: boolean;
  readonly rateLimit?: { readonly maxTries?: number; readonly duration?: Duration };
  /**
   * Controllers that are to do nothing, by name: `{ deployment: false }`, or a list as kube-controller-manager takes it,
   * where `-deployment` switches one off and any other name leaves only those that are named.
   */
  readonly controllers?: Readonly<Record<string, boolean>> | readonly string[];
  /** How much later than a write controllers follow it, by the world's clock; default 0: within the write. */
  readonly settle?: Duration;
  /**
   * Swagger 2.0 or OpenAPI 3 documents to add to those of the release; one named `kubesphere`, `kubesphere-crd` or
   * `kubernetes` replaces the packaged one.
   */
  readonly specs?: readonly SpecOption[];
  /** Answers 400 to requests that do not fit the documents; otherwise the journal says so. */
  readonly strictRequests?: boolean;
  /** `gitVersion` of the Kubernetes underneath. */
  readonly kubeVersion?: string;
  /** Names of built-in scenarios, or paths of scenario files; later ones win. */
  readonly scenarios?: readonly string[];
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** 0 (the default in process) picks a free port. */
  readonly port?: number;
  /** Opens an HTTPS door as well, as kubectl needs it; 0 picks a free port. */
  readonly tlsPort?: number;
  /** PEM of the CA that the HTTPS door's certificate is issued from, or `new` for one made at start; default: a packaged one. */
  readonly tlsCa?: string;
  /** PEM of its private key. */
  readonly tlsCaKey?: string;
  /** PEM of a certificate for the HTTPS door, with those between it and its CA behind it, instead of issuing one. */
  readonly tlsCert?: string;
  /** PEM of its private key. */
  readonly tlsKey?: string;
  /** Host names and IP addresses a certificate is issued for, besides the usual ones. */
  readonly tlsSan?: readonly string[];
}
