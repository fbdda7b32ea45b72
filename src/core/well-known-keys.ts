/** Label of what belongs to a workspace: its namespaces, roles and bindings. */
export const workspaceLabel = 'kubesphere.io/workspace';
/** Label `"true"` of what KubeSphere looks after. */
export const managedLabel = 'kubesphere.io/managed';
/** Label of a binding, login record or group binding: the user it is about. */
export const userReferenceLabel = 'iam.kubesphere.io/user-ref';
/** Label of a binding: the role it gives. */
export const roleReferenceLabel = 'iam.kubesphere.io/role-ref';
/** Label of a group binding or of a role binding of a group: the group it is about. */
export const groupReferenceLabel = 'iam.kubesphere.io/group-ref';
/** Label of a group: the group it is part of. */
export const groupParentLabel = 'iam.kubesphere.io/group-parent';
/** Label of the cluster KubeSphere itself runs on; its presence counts, not its value. */
export const hostClusterLabel = 'cluster-role.kubesphere.io/host';
/** Label `public` of a cluster that any workspace may be placed on. */
export const clusterVisibilityLabel = 'cluster.kubesphere.io/visibility';

/** Annotation of a user: the clusters somebody let them into, a comma list. */
export const grantedClustersAnnotation = 'iam.kubesphere.io/granted-clusters';
/** Annotation of a role of 3.x: the role templates it is made of, a JSON list of names. */
export const aggregationRolesAnnotation = 'iam.kubesphere.io/aggregation-roles';
/** Annotation of a user: the role held on the platform. */
export const globalRoleAnnotation = 'iam.kubesphere.io/globalrole';
/** Annotation of a workspace being deleted: what becomes of its projects. */
export const deletionPropagationAnnotation = 'kubesphere.io/deletion-propagation';
/** Finalizer of a workspace template deleted before 4.1 whose projects are to stay. */
export const orphanFinalizer = 'orphan.finalizers.kubesphere.io';
/** Annotation: who made the object. */
export const creatorAnnotation = 'kubesphere.io/creator';
/** On what Jenkins keeps of a DevOps project in 2.1: the project's id and a name, with a slash between them. */
export const jenkinsJobAnnotation = 'pipeline.devops.kubesphere.io/jenkins-job';
