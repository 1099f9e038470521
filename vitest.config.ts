import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ESM build while everything in node_modules takes its CommonJS build: two graphqls do not mix.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['{apps,libs,tools}/**/*.test.ts', 'migrations/**/*.test.ts'],
    globalSetup: ['libs/testkit/src/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'reports/vitest.json' }]] : ['default'],
  },
});
