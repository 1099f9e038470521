import { type Policy, readPolicy } from '@altmap/policy';
import { AltmapError } from '@altmap/protocol';
import { auditEvent } from '../audit/audit-event.ts';
import type { Clock } from '../clock.ts';
import type { RejudgeRun } from '../rejudge/rejudge-run.ts';
import type { RequestRejudge } from '../rejudge/request-rejudge.ts';
import type { PolicyRepository, PolicyVersion } from './policy-version.ts';

export interface AppliedPolicy {
  /** null for a dry run. */
  readonly version: PolicyVersion | null;
  /** The pass over all hosts that shows what the policy changes, or makes it so. */
  readonly run: RejudgeRun;
}

/** Puts a policy in force, or tells what it would change. */
export class ApplyPolicy {
  readonly #policies: PolicyRepository;
  readonly #rejudge: RequestRejudge;
  readonly #clock: Clock;

  constructor(policies: PolicyRepository, rejudge: RequestRejudge, clock: Clock) {
    this.#policies = policies;
    this.#rejudge = rejudge;
    this.#clock = clock;
  }

  /** @throws AltmapError E_VALIDATION naming line, column and what was expected */
  async apply(text: string, dryRun: boolean, actor: string): Promise<AppliedPolicy> {
    const { name } = policyOf(text);
    if (dryRun) return { version: null, run: await this.#rejudge.request({ dryRun, candidate: text }, actor) };
    const version = await this.#policies.apply({ text, appliedBy: actor, appliedAt: this.#clock.now() }, (number) =>
      auditEvent({ actor, action: 'policy.apply', object: `policy version ${number}`, details: { name } }, this.#clock),
    );
    return { version, run: await this.#rejudge.request({ dryRun, candidate: null }, actor) };
  }
}

/** @throws AltmapError E_VALIDATION */
export function policyOf(text: string): Policy {
  const { policy, problems } = readPolicy(text);
  if (policy !== null) return policy;
  const issues = problems.map(({ line, column, message }) => ({ path: `${line}:${column}`, message }));
  const shown = issues.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
  throw new AltmapError('E_VALIDATION', shown.join('; '), { issues });
}
