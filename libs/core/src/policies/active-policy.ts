import { BUILT_IN_POLICY, type Policy, readPolicy } from '@altmap/policy';
import type { PolicyRepository } from './policy-version.ts';

/** The policy in force. Asks for its version each time, reads its text once. */
export class ActivePolicy {
  readonly #policies: Pick<PolicyRepository, 'active'>;
  #known: { readonly version: number; readonly policy: Policy } | null = null;

  constructor(policies: Pick<PolicyRepository, 'active'>) {
    this.#policies = policies;
  }

  /** @throws Error when the stored policy cannot be read by this version of Altmap */
  async current(): Promise<Policy> {
    const active = await this.#policies.active();
    if (active === null) return BUILT_IN_POLICY;
    if (this.#known?.version === active.version) return this.#known.policy;
    const { policy, problems } = readPolicy(active.text);
    if (policy === null) {
      const [problem] = problems;
      throw new Error(`policy version ${active.version}, line ${problem?.line}: ${problem?.message}`);
    }
    this.#known = { version: active.version, policy };
    return policy;
  }
}
