/** API group of what is deployed from repositories. */
export const gitOpsGroup = 'gitops.kubesphere.io';
/** API group of Argo CD. */
export const argoGroup = 'argoproj.io';
/** Namespace where Argo CD runs. */
export const argoNamespace = 'argocd';

/** Label of an application: how far it is from what its repository says, such as `Synced`. */
export const syncStatusLabel = 'gitops.kubesphere.io/sync-status';
/** Label of an application: how what it consists of is, such as `Healthy`. */
export const healthStatusLabel = 'gitops.kubesphere.io/health-status';
/** Label of an application: namespace of the Argo CD that deploys it. */
export const argoLocationLabel = 'gitops.kubesphere.io/argocd-location';
/** Label of an application: its name in Argo CD. */
export const argoNameLabel = 'gitops.kubesphere.io/argocd-application';
/** Label of an application of Argo CD: who made it. */
export const argoControlLabel = 'gitops.kubesphere.io/argocd-application-control-by';
/** Label of an application of Argo CD: namespace of the one it was made for. */
export const applicationNamespaceLabel = 'gitops.kubesphere.io/application-namespace';
/** Label of an application of Argo CD: name of the one it was made for. */
export const applicationNameLabel = 'gitops.kubesphere.io/application-name';

/** Finalizer of an application: Argo CD is to forget it first. */
export const applicationFinalizer = 'application.gitops.kubesphere.io';
/** Finalizer of an application whose resources are to go with it. */
export const argoResourcesFinalizer = 'resources-finalizer.argocd.argoproj.io';

/** Label of a Secret that tells Argo CD of a cluster, with the value `cluster`. */
export const argoSecretLabel = 'argocd.argoproj.io/secret-type';
