import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const pure = ['vmemmap', 'kernel-data', 'protocol', 'policy'];
const infrastructure = ['platform', 'migrations'];

/** Which package may import which: design of the house, proven by tools/boundaries/boundaries.test.ts. */
export const MAY_IMPORT = {
  vmemmap: [],
  'kernel-data': [],
  protocol: [],
  policy: ['vmemmap', 'kernel-data', 'protocol'],
  core: pure,
  platform: [],
  migrations: [],
  db: ['core', ...pure, ...infrastructure],
  queue: ['core', ...pure, 'platform'],
  notify: ['core', ...pure, 'platform'],
  api: ['core', 'db', 'queue', 'notify', 'archive', ...pure, 'platform'],
  worker: ['core', 'db', 'queue', 'notify', ...pure, 'platform'],
  standalone: ['api', 'worker', 'embedded-postgres', 'core', 'db', 'queue', 'notify', ...pure, 'platform'],
  cli: [...pure, 'archive', 'standalone'],
  archive: pure,
  agent: ['protocol'],
  'embedded-postgres': [],
  build: [],
  testkit: ['embedded-postgres'],
};

const boundaries = Object.entries(MAY_IMPORT).map(([scope, allowed]) => ({
  sourceTag: `scope:${scope}`,
  onlyDependOnLibsWithTags: allowed.map((name) => `scope:${name}`),
}));

/** The agent itself is a shell script; its tests read what it collected as the server would. */
const testsMayAlsoImport = { agent: ['kernel-data'] };

/** Tests may use the testkit and the bundler as well. */
const boundariesOfTests = boundaries.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [
    ...onlyDependOnLibsWithTags,
    ...['testkit', 'build', ...(testsMayAlsoImport[sourceTag.slice('scope:'.length)] ?? [])].map(
      (name) => `scope:${name}`,
    ),
  ],
}));

const enforce = (depConstraints) => [
  'error',
  { enforceBuildableLibDependency: false, banTransitiveDependencies: false, allow: [], depConstraints },
];

const noNode = { regex: '^node:', message: 'The pure libs run in a browser: no node: import.' };
const noFramework = [
  { regex: '^@nestjs/', message: 'Nest only at the edge.' },
  { regex: '^(kysely|pg|bullmq|ioredis)$', message: 'Databases and queues stay behind ports.' },
];

export default tseslint.config(
  { ignores: ['**/node_modules', 'dist', '.nx', '**/*.generated.ts', 'samples', 'reports'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': enforce(boundaries),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'No enums: a union of string literals.' },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.test.ts', '**/test/*.ts', '**/testing/*.ts', '**/conformance.ts'],
    rules: { '@nx/enforce-module-boundaries': enforce(boundariesOfTests), 'no-console': 'off' },
  },
  {
    files: pure.map((name) => `libs/${name}/src/**/*.ts`),
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [...noFramework, noNode] }],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require'],
    },
  },
  {
    files: ['libs/core/src/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: noFramework }] },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['libs/platform/**', 'libs/testkit/**', '**/*.test.ts', '**/main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Configuration comes from libs/platform.' },
      ],
    },
  },
  {
    files: ['**/*.config.ts', 'tools/**/*.ts', 'apps/cli/**/*.ts', 'apps/standalone/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
);
