/**
 * Who may import whom. Read a line as: files of `from` may import only from the folders of `to`.
 *
 *   core < state < registry, rbac, auth < controllers, kube, apis/*, oauth, control, scenario, generate, worlds
 *        < http < server < kit < cli, vitest, index
 *
 * Type imports count. A folder may always import from itself.
 */
const allowed = {
  core: [],
  config: ['core'],
  releases: ['core'],
  state: ['core'],
  registry: ['core', 'state'],
  rbac: ['core', 'state', 'registry/contract', 'registry/reply'],
  auth: ['core', 'state', 'registry/contract', 'registry/reply'],
  kube: ['core', 'state', 'registry', 'rbac', 'auth', 'upstream'],
  pipelines: ['core'],
  charts: ['core', 'state/random', 'kube/yaml/read-yaml', 'upstream/ask-server'],
  controllers: ['core', 'state', 'registry', 'rbac', 'auth', 'kube', 'charts', 'pipelines'],
  apis: [
    'core',
    'state',
    'registry',
    'rbac',
    'auth',
    'kube',
    'controllers',
    'upstream',
    'metrics',
    'search',
    'charts',
    'pipelines',
  ],
  search: ['core', 'state', 'registry', 'rbac', 'kube'],
  oauth: ['core', 'state', 'registry', 'rbac', 'auth', 'kube', 'controllers', 'upstream'],
  generate: ['core', 'state', 'registry', 'kube'],
  worlds: [
    'core',
    'config',
    'state',
    'registry',
    'rbac',
    'auth',
    'kube',
    'controllers',
    'generate',
    'scenario',
    'upstream',
  ],
  scenario: ['core', 'config', 'state', 'registry', 'rbac', 'auth', 'kube', 'controllers', 'generate'],
  control: [
    'core',
    'config',
    'state',
    'registry',
    'rbac',
    'auth',
    'kube',
    'controllers',
    'generate',
    'scenario',
    'worlds',
    'specs',
  ],
  specs: ['core', 'state', 'registry/contract', 'registry/reply', 'registry/router'],
  metrics: ['core', 'state', 'registry', 'rbac'],
  upstream: ['core', 'registry/contract', 'registry/session'],
  mirror: ['core', 'state', 'registry', 'kube', 'controllers', 'upstream'],
  http: ['core', 'state', 'registry', 'rbac', 'auth', 'upstream'],
};

const layers = Object.entries(allowed).map(([folder, targets]) => ({
  name: `layer-${folder}`,
  severity: 'error',
  comment: `src/${folder} imports only from: ${['itself', ...targets].join(', ')}`,
  from: { path: `^src/${folder}[./]` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...targets].join('|')})[./]` },
}));

/** Files that start the server or stand in front of it see everything to their left. */
const doors = [
  ['server', 'kit|cli|config|vitest|index'],
  ['kit', 'cli|vitest|index'],
].map(([folder, right]) => ({
  name: `layer-${folder}`,
  severity: 'error',
  from: { path: `^src/${folder}[./]` },
  to: { path: `^src/(${right})[./]` },
}));

const onlyIn = (library, place, why) => ({
  name: `${library}-only-there`,
  severity: 'error',
  comment: why,
  from: { path: '^src/', pathNot: place },
  to: { path: `^node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    ...layers,
    ...doors,
    {
      name: 'one-group-never-imports-another',
      severity: 'error',
      comment: 'Shared logic moves down (to kube, registry or core), not sideways.',
      from: { path: '^src/apis/([^/]+)/' },
      to: { path: '^src/apis/[^/]+/', pathNot: '^src/apis/$1/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan-imports',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-tools-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/vitest\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    onlyIn(
      'express',
      '^src/(http|control/http)/',
      'Express carries the control API and pages; requests never pass it.',
    ),
    onlyIn('jose', '^src/(auth/|state/signing-keys)', 'Keys and tokens are made and read in one place.'),
    onlyIn('@faker-js/faker', '^src/generate/', 'Nothing else invents data.'),
    onlyIn('json-schema-faker', '^src/specs/', 'Nothing else makes up answers.'),
    onlyIn(
      '(zod|ajv)',
      '^src/(config|control|scenario|specs|worlds)[./]|^src/kube/custom-resources/schema-',
      'Checked once, at the door; custom resources by the schema of their definition.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
