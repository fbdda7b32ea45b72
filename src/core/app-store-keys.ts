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

/** Label of what comes from a chart repository up to 3.4, or is in the store: see {@link storeRepo}. */
export const repoIdLabel = 'application.kubesphere.io/repo-id';
/** Label of a release up to 3.4: the version it is made from. */
export const helmVersionIdLabel = 'application.kubesphere.io/app-version-id';
/** Label of an app up to 3.4: its category. */
export const categoryIdLabel = 'application.kubesphere.io/app-category-id';
/** Label of an app in the store up to 3.4: the workspace that has put it there. */
export const originWorkspaceLabel = 'kubesphere.io/workspace-origin';
/** Annotation of an app up to 3.4 whose workspace is gone. */
export const danglingAnnotation = 'application.kubesphere.io/app-cleanup';
/** Annotation of a repository up to 3.4: how often it is asked, as written, such as `1h`. */
export const syncPeriodAnnotation = 'application.kubesphere.io/sync-period';
/** What {@link repoIdLabel} says of apps and versions in the store. */
export const storeRepo = 'repo-helm';
/** End of the name of an app's copy in the store up to 3.4. */
export const storeSuffix = '-store';
/** Category up to 3.4 of apps that were given none. */
export const uncategorizedId = 'ctg-uncategorized';
/** Namespace where packages and attachments lie up to 3.4, in ConfigMaps. */
export const helmPackageNamespace = 'openpitrix-system';
/** Annotation of a repository that OpenPitrix keeps: the state its apps are in; absent: `active`. */
export const appDefaultStatusAnnotation = 'openpitrix.io/app-default-status';
