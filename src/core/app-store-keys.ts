/** API group of the app stores' own kinds. */
export const appStoreGroup = 'application.kubesphere.io';

/** Label of an app or version of 4.1: the repository it comes from, `upload` for none. */
export const repoNameLabel = 'application.kubesphere.io/repo-name';
/** Label of a version or release: its app. */
export const appIdLabel = 'application.kubesphere.io/app-id';
/** Label of a release of 4.1: the version it is made from. */
export const appVersionIdLabel = 'application.kubesphere.io/appversion-id';
/** Label of an app or version of 4.1: `helm`, `yaml` or `edge`. */
export const appTypeLabel = 'application.kubesphere.io/app-type';
/** Label of an app of 4.1 that has been in the store. */
export const appStoreLabel = 'application.kubesphere.io/app-store';
/** Label of an app of 4.1: its category. */
export const appCategoryLabel = 'application.kubesphere.io/app-category-name';
/** Label of a custom resource of 4.1: the release it belongs to. */
export const appReleaseLabel = 'application.kubesphere.io/app-release-name';
/** Annotation of an app of 4.1: its newest version. */
export const latestVersionAnnotation = 'application.kubesphere.io/latest-app-version';
/** Annotation of an app or version of 4.1: the first of its maintainers. */
export const maintainersAnnotation = 'application.kubesphere.io/app-maintainers';
/** Annotation of an app of 4.1: the name of its chart. */
export const originalNameAnnotation = 'application.kubesphere.io/app-originalName';

/** Label of what is meant for a cluster. */
export const clusterNameLabel = 'kubesphere.io/cluster';
/** Label of what is meant for a namespace. */
export const namespaceNameLabel = 'kubesphere.io/namespace';

/** Repository that uploaded apps of 4.1 are from. */
export const uploadRepo = 'upload';
/** Category of apps of 4.1 that were given none. */
export const uncategorized = 'kubesphere-app-uncategorized';
/** Namespace where packages and attachments of 4.1 lie, in ConfigMaps. */
export const packageNamespace = 'extension-openpitrix';
/** Key of such a ConfigMap's content. */
export const packageKey = 'BinaryKey';
/** Finalizer of a version of 4.1: its package is to go with it. */
export const packageFinalizer = 'storeCleanFinalizer.application.kubesphere.io';
