import { AltmapError, type Enrolment, type EnrolmentAnswer, Labels } from '@altmap/protocol';
import { actorOf, type Principal } from '../access/principal.ts';
import { newToken, tokenDigest } from '../access/token.ts';
import { auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { HostRepository } from './host.ts';

/** A machine introduces itself and gets a token that is good for its own reports only. */
export class EnrolHost {
  readonly #hosts: HostRepository;
  readonly #clock: Clock;

  constructor(hosts: HostRepository, clock: Clock) {
    this.#hosts = hosts;
    this.#clock = clock;
  }

  /** The enrolment token's labels take the place of what the machine says under the same names. @throws AltmapError */
  async enrol(principal: Principal, enrolment: Enrolment): Promise<EnrolmentAnswer> {
    if (principal.kind !== 'enroll') {
      throw new AltmapError('E_FORBIDDEN', `expected a token of kind "enroll", got "${principal.kind}"`);
    }
    const labels = Labels.safeParse({ ...enrolment.labels, ...principal.labels });
    if (!labels.success) throw new AltmapError('E_VALIDATION', `labels: ${labels.error.issues[0]?.message ?? ''}`);
    const token = newToken('agent');
    const { machine, name } = enrolment;
    const { hostId } = await this.#hosts.enrol({
      id: newId(),
      machine,
      name,
      labels: labels.data,
      token: { id: newId(), sha256: tokenDigest(token) },
      at: this.#clock.now(),
      eventOf: (enrolled) =>
        auditEvent(
          {
            actor: actorOf(principal),
            action: 'host.enrol',
            object: `host ${enrolled}`,
            details: { name, labels: labels.data },
          },
          this.#clock,
        ),
    });
    return { hostId, token };
  }
}
