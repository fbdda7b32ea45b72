/** API group of extensions, their versions, plans, repositories and categories. */
export const extensionGroup = 'kubesphere.io';
/** Label of what belongs to an extension: its name. */
export const extensionLabel = 'kubesphere.io/extension-ref';
/** Label of what came from a repository: its name. */
export const repositoryLabel = 'kubesphere.io/repository-ref';
/** Label of an extension or version of one: its category. */
export const categoryLabel = 'kubesphere.io/category';

interface Kind {
  readonly group: string;
  readonly plural: string;
}

/** The kinds of {@link extensionGroup}. */
export const extensionKinds: Readonly<
  Record<'extensions' | 'versions' | 'plans' | 'repositories' | 'categories', Kind>
> = {
  extensions: { group: extensionGroup, plural: 'extensions' },
  versions: { group: extensionGroup, plural: 'extensionversions' },
  plans: { group: extensionGroup, plural: 'installplans' },
  repositories: { group: extensionGroup, plural: 'repositories' },
  categories: { group: extensionGroup, plural: 'categories' },
};
