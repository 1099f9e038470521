/** Who made a config, and how that distribution's `uname -r` ends where the config's header leaves it out. */
export interface Distribution {
  readonly name: string;
  /** Tells the engine which tree the kernel is of: backports of a vendor's tree are not in its version. */
  readonly suffix: string;
}

const DISTRIBUTIONS: readonly (readonly [RegExp, string, string])[] = [
  [/^almalinux-9/, 'AlmaLinux', '.el9'],
  [/^almalinux/, 'AlmaLinux', '.el10'],
  [/^alpine-.*asahi/, 'Alpine', '-asahi'],
  [/^alpine/, 'Alpine', ''],
  [/^android-15/, 'Android', '-android15'],
  [/^android/, 'Android', '-android'],
  [/^aosc-asahi/, 'AOSC OS', '-asahi'],
  [/^aosc/, 'AOSC OS', ''],
  [/^apple-/, 'Apple containerization', ''],
  [/^archlinuxarm/, 'Arch Linux ARM', ''],
  [/^ark-rhel/, 'RHEL (ARK)', '.eln'],
  [/^armbian/, 'Armbian', ''],
  [/^asahi-alarm/, 'Asahi Linux', '-asahi'],
  [/^azurelinux|^mariner/, 'Azure Linux', ''],
  [/^centos-7-rebuild/, 'CentOS', '.el8'],
  [/^centos-7/, 'CentOS', '.el7'],
  [/^centos-(stream)?8/, 'CentOS', '.el8'],
  [/^centos-stream9/, 'CentOS', '.el9'],
  [/^centos/, 'CentOS', '.el10'],
  [/^chimera/, 'Chimera Linux', ''],
  [/^debian/, 'Debian', ''],
  [/^el8/, 'RHEL 8 rebuild', '.el8'],
  [/^fedora-hyperscale/, 'Hyperscale for EL 10', '.el10'],
  [/^fedora-asahi/, 'Fedora', '.asahi.fc44'],
  [/^fedora-(\d+)/, 'Fedora', '.fc$1.aarch64'],
  [/^fedora-rawhide/, 'Fedora', '.fc45.aarch64'],
  [/^firecracker/, 'Firecracker', '.amzn'],
  [/^ignite/, 'Weave Ignite', ''],
  [/^kata/, 'Kata Containers', ''],
  [/^kernelorg/, 'kernel.org', ''],
  [/^libkrunfw/, 'libkrunfw', ''],
  [/^linuxkit/, 'LinuxKit', ''],
  [/^openela-8/, 'OpenELA', '.el8'],
  [/^openela/, 'OpenELA', '.el9'],
  [/^opensuse-estuary/, 'openSUSE', '-estuary'],
  [/^opensuse-rpi4xen/, 'openSUSE', '-xen'],
  [/^opensuse/, 'openSUSE', '-default'],
  [/^oracle/, 'Oracle Linux', '.el10uek'],
  [/^photon/, 'Photon OS', ''],
  [/^raspberrypi/, 'Raspberry Pi OS', '-v8'],
  [/^talos/, 'Talos Linux', ''],
  [/^ubuntu/, 'Ubuntu', '-generic'],
  [/^void-asahi/, 'Void Linux', '-asahi'],
  [/^void/, 'Void Linux', ''],
];

/** @throws Error for a file of a distribution that is not in the list. */
export function distributionOf(file: string): Distribution {
  const found = DISTRIBUTIONS.find(([pattern]) => pattern.test(file));
  if (found === undefined) throw new Error(`${file}: expected the name of a known distribution at its beginning`);
  const [pattern, name, suffix] = found;
  return { name, suffix: suffix.replace('$1', pattern.exec(file)?.[1] ?? '') };
}
