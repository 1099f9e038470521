import { describe, expect, it } from 'vitest';
import { createAddressGuard } from './address-guard.ts';

const guard = createAddressGuard([]);

describe('without an allow list', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.254',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.255.255',
    '198.19.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:10.1.2.3',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%lo',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('refuses %s', (address) => {
    expect(guard(address)).toEqual(expect.any(String));
  });

  it.each(['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1'])(
    'lets %s through',
    (address) => expect(guard(address)).toBeNull(),
  );
  it.each(['223.255.255.255', '::ffff:1.1.1.1', '2606:4700:4700::1111', '2a00:1450::1'])('lets %s through', (address) =>
    expect(guard(address)).toBeNull(),
  );

  it('says what is wrong with an address', () => {
    expect(guard('169.254.169.254')).toBe('link-local');
    expect(guard('::ffff:10.0.0.1')).toBe('private');
    expect(guard('fe80::1')).toBe('link-local');
  });
});

describe('with an allow list', () => {
  const open = createAddressGuard(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1']);

  it.each(['10.1.255.255', 'fd00:1::5', '127.0.0.1', '::ffff:10.1.0.1', '1.1.1.1'])('lets %s through', (address) =>
    expect(open(address)).toBeNull(),
  );
  it.each(['10.2.0.1', 'fd00:2::5', '127.0.0.2', '::1', '::ffff:10.2.0.1'])('refuses %s', (address) =>
    expect(open(address)).not.toBeNull(),
  );

  it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'intranet', '', '10.0.0.0/', '10.0.0.0/-1'])(
    'does not take %j',
    (range) => expect(() => createAddressGuard([range])).toThrow(`"${range}": expected an address range like`),
  );
});
