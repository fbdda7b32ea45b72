import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

/** Exported things that need a doc comment, besides functions and classes. */
const exportedNames = [
  'ExportNamedDeclaration > TSInterfaceDeclaration',
  'ExportNamedDeclaration > TSTypeAliasDeclaration',
  'ExportNamedDeclaration > VariableDeclaration',
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.bench/', 'fixtures/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidOperator: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a default export has none.' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // JSON objects are dictionaries here; maps would lose the order and the shape of what goes over the wire.
      '@typescript-eslint/no-dynamic-delete': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { jsdoc },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { esm: true, ancestorsOnly: true },
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: exportedNames,
        },
      ],
      'jsdoc/require-description': ['error', { contexts: exportedNames }],
      'jsdoc/check-param-names': ['error', { checkDestructured: false, disableMissingParamChecks: true }],
      'jsdoc/no-types': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Ask world.random: same seed, same bytes.' },
      ],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Nothing here talks to other servers.' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a default export has none.' },
        {
          selector: 'NewExpression[callee.name="URL"] MetaProperty',
          message: 'Ask packageFile(): the build joins files, so that relative places change.',
        },
      ],
    },
  },
  { files: ['src/core/package-file.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/!(state)/**/*.ts', 'src/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Ask world.random: same seed, same bytes.' },
        { object: 'Date', property: 'now', message: 'Ask world.clock: a test moves it.' },
      ],
    },
  },
  { files: ['src/kit/**/*.ts', 'src/specs/read-spec.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['Buffer', 'console', 'fetch', 'performance', 'process', 'setTimeout', 'TextEncoder', 'URL'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
);
