import { createHash } from 'node:crypto';
import type { Matcher } from '@altmap/protocol';
import type { Finding } from '../findings/finding.ts';
import type { Host } from '../hosts/host.ts';

/** Labels of one alert: those of the host, and code, severity, subject and host, which no label of a host replaces. */
export function labelsOf(
  { code, severity, subject }: Pick<Finding, 'code' | 'severity' | 'subject'>,
  host: Pick<Host, 'name' | 'labels'>,
): Record<string, string> {
  return { ...host.labels, code, severity, subject, host: host.name };
}

/** A pattern must match the whole value, as everywhere in Prometheus. A label that is not there is ''. */
export function matches(matchers: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ name, op, value }) => {
    const label = Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
    const hit = op.endsWith('~') ? new RegExp(`^(?:${value})$`, 'u').test(label) : label === value;
    return op.startsWith('!') ? !hit : hit;
  });
}

/** The group of an alert: the labels that it is grouped by, and a key of bounded length that is equal when they are. */
export function groupOf(
  groupBy: readonly string[],
  labels: Readonly<Record<string, string>>,
): { key: string; labels: Record<string, string> } {
  const names = [...new Set(groupBy)].sort();
  const entries = names.map((name): [string, string] => [
    name,
    Object.hasOwn(labels, name) ? (labels[name] ?? '') : '',
  ]);
  const key = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  return { key, labels: Object.fromEntries(entries) };
}
