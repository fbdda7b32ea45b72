import type { JsonObject } from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import type { Resource } from '../../registry/contract.js';
import type { AdmissionContext } from './guarded-write.js';

/** What a write does, as rules of admission name it. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A group, a version and a kind. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A write as admission sees it. */
export interface Attributes {
  readonly context: AdmissionContext;
  readonly operation: Operation;
  /** Kind of what is written: that of the object, or of the part of it. */
  readonly kind: GroupVersionKind;
  readonly resource: Resource;
  readonly version: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** That of the request; for a namespace its own name. Empty: none. */
  readonly namespace: string;
  /** Empty while there is none yet. */
  readonly name: string;
  /** As the API shows it; absent for a deletion. */
  readonly object: JsonObject | undefined;
  /** What is there before; absent for a creation. */
  readonly oldObject: JsonObject | undefined;
  readonly options: JsonObject;
  readonly dryRun: boolean;
  readonly user: User;
}

/** What rules look at in a write. */
export type RuledWrite = Pick<
  Attributes,
  'operation' | 'resource' | 'version' | 'subresource' | 'namespace' | 'name'
>;

/** Whether a write is to a kind of a group of `admissionregistration.k8s.io`: what guards writes is not guarded itself. */
export function isGuard(
  { group, plural }: Pick<Resource, 'group' | 'plural'>,
  kind: 'webhooks' | 'policies',
): boolean {
  if (group !== 'admissionregistration.k8s.io') return false;
  return plural.endsWith('webhookconfigurations') === (kind === 'webhooks');
}
