import type { GroupResource } from '../../../core/api-error.js';

/** API group of alerting. */
export const alertingGroup = 'alerting.kubesphere.io';

/** Whom a group of rules watches over: a project, this cluster, or all clusters. */
export type Level = 'namespace' | 'cluster' | 'global';

/** The kinds of groups, by their level. */
export const groupKinds: Readonly<Record<Level, GroupResource>> = {
  namespace: { group: alertingGroup, plural: 'rulegroups' },
  cluster: { group: alertingGroup, plural: 'clusterrulegroups' },
  global: { group: alertingGroup, plural: 'globalrulegroups' },
};

/** Label of a group: its rules are evaluated where this is `true`. */
export const enabledLabel = 'alerting.kubesphere.io/enable';
/** Label of a global group that came with the installation. */
export const builtinLabel = 'alerting.kubesphere.io/builtin';
/** Label of a rule that tells it from the others of its group. */
export const ruleIdLabel = 'rule_id';
