import { BUILT_IN_POLICY } from './built-in-policy.ts';
import { parsePolicy, type ReadPolicy } from './parse-policy.ts';

/** Reads a policy file. Never throws: what is wrong is in the problems, with line and column and what was expected. */
export function readPolicy(text: string): ReadPolicy {
  return parsePolicy(text, BUILT_IN_POLICY);
}
