import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IPv4 ranges that are not of the public Internet (IANA's special-purpose registry, RFC 6890 and later). */
const SPECIAL_IPV4 = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared (carrier-grade NAT)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
] as const;

/** The same of IPv6; whatever is outside 2000::/3 is no global unicast address either. */
const SPECIAL_IPV6 = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4, with an IPv4 address inside'],
  ['3fff::/20', 'documentation'],
] as const;
const GLOBAL_IPV6 = '2000::/3';

/** @throws Error naming the range that is not one. */
function rangesOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(cidr) ?? [];
    const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
    const length = prefix === undefined ? bits : Number(prefix);
    if (bits === 0 || length > bits) {
      throw new Error(`"${cidr}": expected an address range like 10.0.0.0/8, fd00::/8 or 192.168.1.7`);
    }
    list.addSubnet(address, length, bits === 32 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const contains = (list: BlockList, address: string): boolean => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** An IPv4 address that is written as IPv6 (::ffff:a.b.c.d) as IPv4; all others as they are. */
function unmapped(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address;
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${address}]`).hostname);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** Why an address may not be reached; null when it may. */
export type AddressGuard = (address: string) => string | null;

/**
 * A guard that lets through what is public, and what `allow` names (CIDR ranges or single addresses).
 * @throws Error naming the range that is not one.
 */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const allowed = rangesOf(allow);
  const special = [...SPECIAL_IPV4, ...SPECIAL_IPV6].map(([cidr, kind]) => ({ range: rangesOf([cidr]), kind }));
  const global = rangesOf([GLOBAL_IPV6]);
  return (given) => {
    const address = unmapped(given);
    if (!isIPv4(address) && (!isIPv6(address) || address.includes('%'))) return 'not an address that can be checked';
    if (contains(allowed, address)) return null;
    const kind = special.find(({ range }) => contains(range, address))?.kind;
    if (kind !== undefined) return kind;
    return isIPv4(address) || contains(global, address) ? null : 'reserved';
  };
}
