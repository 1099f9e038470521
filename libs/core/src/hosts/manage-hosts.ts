import { AltmapError, Labels } from '@altmap/protocol';
import { auditEvent } from '../audit/audit-event.ts';
import type { Clock } from '../clock.ts';
import type { Host, HostRepository } from './host.ts';

/** What people change of hosts. `actor` is named in the audit trail. */
export class ManageHosts {
  readonly #hosts: HostRepository;
  readonly #clock: Clock;

  constructor(hosts: HostRepository, clock: Clock) {
    this.#hosts = hosts;
    this.#clock = clock;
  }

  /** The id of the one host with this id or name. @throws AltmapError E_NOT_FOUND; E_CONFLICT where several have the name */
  async idOf(idOrName: string): Promise<string> {
    const [id, ...others] = await this.#hosts.idsOf(idOrName);
    if (id === undefined) throw noHost(idOrName);
    if (others.length > 0) {
      throw new AltmapError('E_CONFLICT', `several hosts are called ${idOrName}: expected an id, such as ${id}`);
    }
    return id;
  }

  /** Sets some labels and takes others away. @throws AltmapError E_NOT_FOUND, E_VALIDATION */
  async label(
    actor: string,
    hostId: string,
    change: { set: Host['labels']; remove: readonly string[] },
  ): Promise<Host['labels']> {
    const { set, remove } = change;
    const labels = await this.#hosts.changeLabels(
      hostId,
      (before) => {
        const kept = Object.entries(before).filter(([name]) => !remove.includes(name));
        const after = Labels.safeParse({ ...Object.fromEntries(kept), ...set });
        if (after.success) return after.data;
        const issue = after.error.issues[0];
        throw new AltmapError('E_VALIDATION', [...(issue?.path ?? ['labels']), issue?.message ?? ''].join(': '));
      },
      (after) =>
        auditEvent(
          { actor, action: 'host.label', object: `host ${hostId}`, details: { set, remove, labels: after } },
          this.#clock,
        ),
    );
    if (labels === null) throw noHost(hostId);
    return labels;
  }

  /** The host's agent is refused from now on; should the machine enrol again, it is the same host. @throws AltmapError E_NOT_FOUND */
  async remove(actor: string, hostId: string): Promise<void> {
    const at = this.#clock.now();
    const event = auditEvent({ actor, action: 'host.remove', object: `host ${hostId}`, details: {} }, this.#clock);
    if (!(await this.#hosts.remove(hostId, at, event))) throw noHost(hostId);
  }
}

const noHost = (which: string): AltmapError => new AltmapError('E_NOT_FOUND', `there is no host ${which}`);
