import type { ReceiverTarget } from '@altmap/protocol';

/** Where a receiver is, without anything that is secret. */
export function receiverAddress(target: ReceiverTarget): string {
  const { protocol, host, pathname } = new URL(target.url);
  switch (target.kind) {
    case 'email':
      return `${target.to.join(', ')} by ${protocol}//${host}`;
    case 'slack':
      return `${protocol}//${host}/...`;
    default:
      return `${protocol}//${host}${pathname}`;
  }
}
