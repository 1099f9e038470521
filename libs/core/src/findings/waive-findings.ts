import { LABEL_MATCHER_FORMS, type LabelMatcher, parseLabelMatcher } from '@altmap/policy';
import { AltmapError } from '@altmap/protocol';
import { flushJob } from '../alerts/flush-alerts.ts';
import { auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { Waiver, WaiverRepository, WaitingGroup } from './waiver.ts';

const LONGEST_TEXT = 2_000;
const MOST_LABELS = 20;
const BATCH = 1_000;

/** What somebody asks for. */
export interface WaiverRequest {
  readonly reason: string;
  readonly owner: string;
  readonly expiresAt: Date;
  readonly hostId?: string | null;
  /** Conditions as parseLabelMatcher() takes them. */
  readonly labels?: readonly string[];
  readonly code?: string | null;
}

export interface WaiveFindingsPorts {
  readonly waivers: WaiverRepository;
  readonly clock: Clock;
  /** null where there is no queue at hand: the sweeper sees what is to be told. */
  readonly queue: JobQueue | null;
  /** Told when a job could not be enqueued: the sweeper will do it later. */
  readonly onEnqueueError: (error: unknown) => void;
}

/** Makes and ends waivers. */
export class WaiveFindings {
  readonly #ports: WaiveFindingsPorts;

  constructor(ports: WaiveFindingsPorts) {
    this.#ports = ports;
  }

  /** @throws AltmapError E_VALIDATION naming the member; E_NOT_FOUND for a host that is not there */
  async add(request: WaiverRequest, actor: string): Promise<{ readonly waiver: Waiver; readonly waived: number }> {
    const { waivers, clock } = this.#ports;
    const now = clock.now();
    const { hostId = null, code = null } = request;
    const labels = labelsOf(request.labels ?? []);
    const { expiresAt } = request;
    if (Number.isNaN(expiresAt.getTime()) || expiresAt <= now) throw invalid('expiresAt', 'expected a time to come');
    if (hostId === null && code === null && labels.length === 0) {
      throw invalid('code', 'expected at least one of a host, labels and a code: else everything would be waived');
    }
    if (code !== null && !/^[A-Z][A-Z0-9_]{0,62}$/.test(code)) throw invalid('code', 'expected the code of a finding');
    const waiver: Waiver = {
      id: newId(),
      reason: textOf('reason', request.reason),
      owner: textOf('owner', request.owner),
      hostId,
      labels,
      code,
      createdBy: actor,
      createdAt: now,
      expiresAt,
      endedAt: null,
    };
    const details = {
      reason: waiver.reason,
      owner: waiver.owner,
      hostId,
      labels: request.labels ?? [],
      code,
      expiresAt: expiresAt.toISOString(),
    };
    const event = auditEvent({ actor, action: 'waiver.add', object: `waiver ${waiver.id}`, details }, clock);
    const { waived, groups } = await waivers.add(waiver, event);
    await this.#flush(groups, now);
    return { waiver, waived };
  }

  /** Gives how many findings are open again. @throws AltmapError E_NOT_FOUND */
  async end(id: string, actor: string): Promise<{ readonly reopened: number }> {
    const reopened = await this.#end(id, actor, 'waiver.end');
    if (reopened === null) throw new AltmapError('E_NOT_FOUND', `there is no live waiver ${id}`);
    return { reopened };
  }

  /** Ends what holds no longer. */
  async endExpired(): Promise<void> {
    for (const id of await this.#ports.waivers.listExpired(this.#ports.clock.now(), BATCH)) {
      await this.#end(id, 'server', 'waiver.expire');
    }
  }

  async #end(id: string, actor: string, action: string): Promise<number | null> {
    const { waivers, clock } = this.#ports;
    const now = clock.now();
    const event = auditEvent({ actor, action, object: `waiver ${id}`, details: {} }, clock);
    const ended = await waivers.end(id, now, event);
    if (ended === null) return null;
    await this.#flush(ended.groups, now);
    return ended.findings.length;
  }

  async #flush(groups: readonly WaitingGroup[], now: Date): Promise<void> {
    const { queue, onEnqueueError } = this.#ports;
    if (queue === null) return;
    try {
      for (const { groupId, groupWaitMs } of groups) {
        const { job, delayMs } = flushJob(groupId, new Date(now.getTime() + groupWaitMs), now);
        await queue.add(job, delayMs);
      }
    } catch (error) {
      onEnqueueError(error);
    }
  }
}

const invalid = (member: string, expected: string): AltmapError =>
  new AltmapError('E_VALIDATION', `${member}: ${expected}`, { issues: [{ path: member, message: expected }] });

function textOf(member: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TEXT) {
    throw invalid(member, `expected a text of at most ${LONGEST_TEXT} characters`);
  }
  return trimmed;
}

function labelsOf(texts: readonly string[]): LabelMatcher[] {
  if (texts.length > MOST_LABELS) throw invalid('labels', `expected at most ${MOST_LABELS} conditions`);
  return texts.map((text) => {
    const matcher = parseLabelMatcher(text);
    if (matcher === null) throw invalid('labels', `expected ${LABEL_MATCHER_FORMS}, got "${text}"`);
    return matcher;
  });
}
