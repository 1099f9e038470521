import type { Enrolment, EnrolmentAnswer } from '@altmap/protocol';
import { newToken, tokenDigest } from '../access/token.ts';
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

  async enrol(enrolment: Enrolment): Promise<EnrolmentAnswer> {
    const token = newToken('agent');
    const { hostId } = await this.#hosts.enrol({
      id: newId(),
      ...enrolment,
      token: { id: newId(), sha256: tokenDigest(token) },
      at: this.#clock.now(),
    });
    return { hostId, token };
  }
}
