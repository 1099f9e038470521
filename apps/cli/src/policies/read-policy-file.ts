import { type Policy, type PolicyProblem, readPolicy } from '@altmap/policy';
import type { Terminal } from '../terminal.ts';
import { readContent } from '../evidence/read-content.ts';
import { InputError } from '../input-error.ts';

/** A policy file ("-" is standard input) and what it says. @throws InputError naming file, line and column of each problem */
export async function readPolicyFile(path: string, terminal: Terminal): Promise<{ text: string; policy: Policy }> {
  const text = new TextDecoder().decode(await readContent(path, terminal));
  const { policy, problems } = readPolicy(text);
  if (policy === null) throw new InputError(problems.map((problem) => problemText(path, problem)).join('\naltmap: '));
  return { text, policy };
}

function problemText(path: string, { line, column, message }: PolicyProblem): string {
  return `${path}:${line}:${column}: ${message}`;
}
