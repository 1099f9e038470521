import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const AGENT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'altmap-agent-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function attempt(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
}

function run(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr, error } = attempt(command, args, environment);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? status}: ${stdout}${stderr}`);
  return stdout;
}

const has = (command: string): boolean => attempt(command, ['--version']).error === undefined;
/** In CI a missing program is a failure and no reason to be silent. */
const without = (command: string): boolean => !has(command) && !process.env['CI'];

describe('the scripts', () => {
  it.skipIf(without('shellcheck'))('have nothing that shellcheck finds (skipped where there is none)', () => {
    const scripts = ['altmap-agent', 'install.sh', 'package.sh'].map((name) => join(AGENT, name));
    expect(run('shellcheck', ['--shell=sh', '--severity=style', ...scripts])).toBe('');
  });

  it.each(['dash', 'bash', 'busybox'])('are understood by %s (skipped where it is missing)', (shell) => {
    if (without(shell)) return;
    const args = shell === 'busybox' ? ['sh', '-n'] : ['-n'];
    for (const name of ['altmap-agent', 'install.sh', 'package.sh']) run(shell, [...args, join(AGENT, name)]);
  });
});

describe('the packages', () => {
  const { version } = JSON.parse(readFileSync(join(AGENT, 'package.json'), 'utf8')) as { version: string };
  const tarball = join(folder, `altmap-agent-${version}.tar.gz`);
  const deb = join(folder, `altmap-agent_${version}_all.deb`);
  beforeAll(() => {
    run('sh', [join(AGENT, 'package.sh'), folder]);
  });

  it('are the same bytes each time, whatever the time zone, mask and folder', () => {
    const again = join(folder, 'again');
    run('sh', ['-c', `umask 077 && cd / && sh "$0" "$1"`, join(AGENT, 'package.sh'), again], {
      TZ: 'Asia/Tokyo',
      LANG: 'C',
    });
    expect(readdirSync(again)).toEqual([
      'SHA256SUMS',
      `altmap-agent-${version}.tar.gz`,
      `altmap-agent_${version}_all.deb`,
    ]);
    for (const name of readdirSync(again)) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(folder, name))), name).toBe(true);
    }
    run('sh', ['-c', 'cd "$0" && sha256sum -c SHA256SUMS', folder]);
  });

  it('the tarball has one folder, with everything in it', () => {
    const members = run('tar', ['--list', '--gzip', '--verbose', '--file', tarball]).trim().split('\n');
    expect(members.map((line) => line.replace(/ +\d+ 2026-01-01 \d\d:\d\d /, ' '))).toEqual(
      [
        'drwxr-xr-x root/root ',
        '-rw-r--r-- root/root LICENSE',
        '-rw-r--r-- root/root agent.conf',
        '-rw-r--r-- root/root agent.md',
        '-rwxr-xr-x root/root altmap-agent',
        '-rwxr-xr-x root/root install.sh',
        'drwxr-xr-x root/root systemd/',
        '-rw-r--r-- root/root systemd/altmap-agent.service',
        '-rw-r--r-- root/root systemd/altmap-agent.timer',
      ].map((line) => line.replace('root/root ', `root/root altmap-agent-${version}/`)),
    );
  });

  it('install.sh puts the files where they belong, and keeps a configuration that is there', () => {
    run('tar', ['--extract', '--gzip', '--directory', folder, '--file', tarball]);
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc/systemd'), { recursive: true });
    const install = (): string =>
      run('sh', [join(folder, `altmap-agent-${version}/install.sh`), '--destdir', root, '--prefix', '/opt/altmap']);
    install();
    run('sh', ['-c', `echo ALTMAP_URL=http://x >"$0"`, join(root, 'etc/altmap/agent.conf')]);
    expect(install()).toContain('systemctl enable --now altmap-agent.timer');
    expect(readFileSync(join(root, 'etc/altmap/agent.conf'), 'utf8')).toBe('ALTMAP_URL=http://x\n');
    expect(statSync(join(root, 'opt/altmap/bin/altmap-agent')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(root, 'etc/systemd/system/altmap-agent.service'), 'utf8')).toContain(
      '\nExecStart=/opt/altmap/bin/altmap-agent\n',
    );
    const wrong = attempt('sh', [join(AGENT, 'install.sh'), '--colour']);
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      'install.sh: expected --prefix DIR or --destdir DIR, got "--colour"\n',
    ]);
  });

  it.skipIf(without('dpkg-deb'))('dpkg reads the Debian package (skipped where there is no dpkg)', () => {
    expect(run('dpkg-deb', ['--field', deb, 'Package', 'Version', 'Architecture', 'Depends'])).toBe(
      `Package: altmap-agent\nVersion: ${version}\nArchitecture: all\nDepends: curl | wget\n`,
    );
    const root = join(folder, 'debian');
    run('dpkg-deb', ['--extract', deb, root]);
    run('dpkg-deb', ['--control', deb, join(root, 'DEBIAN')]);
    expect(run(join(root, 'usr/bin/altmap-agent'), ['--version'])).toBe(`altmap-agent ${version}\n`);
    run('sh', ['-c', 'cd "$0" && md5sum -c --quiet DEBIAN/md5sums', root]);
    for (const script of ['postinst', 'prerm', 'postrm']) {
      expect(statSync(join(root, 'DEBIAN', script)).mode & 0o777).toBe(0o755);
      run('dash', ['-n', join(root, 'DEBIAN', script)]);
    }
    // What dpkg says of the scripts in a root without systemd and without a shell of its own is not asked here.
    expect(readFileSync(join(root, 'DEBIAN/conffiles'), 'utf8')).toBe('/etc/altmap/agent.conf\n');
  });

  it.skipIf(without('systemd-analyze'))(
    'systemd takes the units, and finds the service well shut in (skipped where there is none)',
    () => {
      const root = join(folder, 'units');
      run('dpkg-deb', ['--extract', deb, root]);
      const units = ['altmap-agent.service', 'altmap-agent.timer'].map((name) =>
        join(root, 'usr/lib/systemd/system', name),
      );
      const { stdout, stderr } = attempt('systemd-analyze', ['verify', ...units]);
      const remarks = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => /altmap/.test(line) && !/is not executable/.test(line));
      expect(remarks).toEqual([]);
      const rating = run('systemd-analyze', ['security', '--offline=true', units[0] ?? '']);
      const exposure = Number(/exposure level for altmap-agent\.service: ([\d.]+)/.exec(rating)?.[1]);
      // 9.6 is a service without any restriction.
      expect(exposure).toBeLessThan(4);
    },
  );
});

/** Addresses are shown to CAP_SYS_ADMIN of the first user namespace, which a container does not have. */
const showsAddresses = /^(?!0+-0+ )/m.test(readFileSync('/proc/iomem', 'utf8'));
describe.skipIf(!showsAddresses || without('setpriv'))(
  `the service's capabilities${showsAddresses ? '' : ' (skipped: /proc/iomem shows no addresses to these tests)'}`,
  () => {
    const unit = readFileSync(join(AGENT, 'systemd/altmap-agent.service'), 'utf8');
    const kept = (/^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1] ?? '')
      .split(' ')
      .map((name) => name.replace('CAP_', '').toLowerCase());
    const printed = (capabilities: readonly string[]) => {
      const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
      return run('setpriv', [
        '--no-new-privs',
        '--bounding-set',
        set,
        '--inh-caps=-all',
        join(AGENT, 'altmap-agent'),
        '--print',
        '--skip',
        'config',
      ]);
    };
    const iomem = (out: string): string => /\n== iomem: [^\n]*\n([^]*?)\n\n== /.exec(out)?.[1] ?? '';

    it('are enough to see the addresses in /proc/iomem of this very machine, and needed', () => {
      expect(kept).toContain('sys_admin');
      expect(iomem(printed(kept))).toMatch(/^ *[0-9a-f]*[1-9a-f][0-9a-f]*-[0-9a-f]+ : System RAM$/m);
      const less = iomem(printed(kept.filter((name) => name !== 'sys_admin')));
      expect(less).toMatch(/: System RAM$/m);
      expect(less).not.toMatch(/^ *[0-9a-f]*[1-9a-f][0-9a-f]*-/m);
    });
  },
);
