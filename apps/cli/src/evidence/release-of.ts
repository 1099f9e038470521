import { basename, dirname } from 'node:path';
import type { PartKind } from '@altmap/protocol';
import type { EvidencePart } from './host-evidence.ts';

/**
 * uname -r, from the best source that there is: /proc/version; the place that a distribution gave the config
 * (/boot/config-RELEASE, /lib/modules/RELEASE/config); the config's own header, which lacks a distribution's suffix.
 */
export function releaseOf(parts: ReadonlyMap<PartKind, EvidencePart>): string | null {
  const version = parts.get('version');
  const said = version === undefined ? undefined : /^Linux version (\S+)/.exec(textOf(version.content))?.[1];
  if (said !== undefined) return said;
  const config = parts.get('config');
  if (config === undefined) return null;
  const name = basename(config.path).replace(/\.(gz|zst)$/, '');
  const place = name === 'config' ? basename(dirname(config.path)) : name.replace(/^config-/, '');
  if (/^\d+\.\d+/.test(place)) return place;
  return /^# Linux\/arm64 (\S+) Kernel Configuration$/m.exec(textOf(config.content.subarray(0, 4096)))?.[1] ?? null;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
