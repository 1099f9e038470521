import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';

export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const systemResolve: Resolve = (name) => lookup(name, { all: true });

/** Rejects when the signal fires, for work that cannot be stopped itself. */
export function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/**
 * The way out for every kind of receiver: a name is resolved once, here, and only addresses that are public or allowed are
 * given for connecting. Whoever connects uses these and never the name, so that a name that changes gains nothing.
 */
export class Egress {
  readonly #guard: AddressGuard;
  readonly #resolve: Resolve;

  /** @throws Error naming the range in `allow` that is not one. */
  constructor(allow: readonly string[], resolve: Resolve = systemResolve) {
    this.#guard = createAddressGuard(allow);
    this.#resolve = resolve;
  }

  /** @throws Error when there is no address, or none that may be reached. */
  async addressesOf(host: string, signal: AbortSignal): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    const literal = host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(literal);
    const found = family === 0 ? await until(signal, this.#resolve(host)) : [{ address: literal, family }];
    if (found.length === 0) throw new Error(`${host} has no address`);
    const [first, ...others] = found.filter(({ address }) => this.#guard(address) === null);
    if (first !== undefined) return [first, ...others];
    const refusals = found.map(({ address }) => `${address} is ${this.#guard(address)}`);
    throw new Error(`refused: ${refusals.join(', ')}; see ALTMAP_WEBHOOK_ALLOW`);
  }
}
