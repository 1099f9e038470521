import type { Linter } from 'eslint';

export const MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
declare const config: Linter.Config[];
export default config;
