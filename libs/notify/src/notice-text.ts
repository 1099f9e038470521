import type { AlertItem, AlertNotice } from '@altmap/protocol';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The group in a few words: "host db-7", or the rule where nothing is in common. */
function aboutOf({ rule, group }: AlertNotice): string {
  const labels = Object.entries(group.labels).map(([name, value]) => `${name} ${value === '' ? '(none)' : value}`);
  return labels.length === 0 ? `rule ${rule}` : labels.join(', ');
}

/** What hosts say may hold line ends, and must not look like a line of ours. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

/** One line that says it all: a subject, a title. */
export const titleOf = (notice: AlertNotice): string => oneLine(titleText(notice));

function titleText(notice: AlertNotice): string {
  const { status, open, counts, resolved, group, alerts, unlisted } = notice;
  const only = alerts.length === 1 && unlisted === 0 ? alerts[0] : undefined;
  if (only !== undefined) {
    const word = only.status === 'firing' ? only.severity : 'resolved';
    return `[${word}] ${only.host.name}, ${only.subject}: ${only.code}`;
  }
  const told = [
    ...(['critical', 'warning', 'info'] as const)
      .filter((severity) => counts[severity] > 0)
      .map((severity) => `${counts[severity]} ${severity}`),
    ...(resolved > 0 ? [`${resolved} resolved`] : []),
  ].join(', ');
  const what = group.isStorm ? 'summary of many findings' : aboutOf(notice);
  return status === 'resolved' ? `[resolved] ${what}: ${told}` : `[${told}] ${what}, ${plural(open, 'finding')} open`;
}

/** One alert in a line. */
export function lineOf({ status, severity, host, subject, summary }: AlertItem): string {
  return oneLine(`${status === 'firing' ? severity : 'resolved'}: ${host.name}, ${subject}: ${summary}`);
}

/** What is not in the list; null where everything is. */
export function unlistedLine({ unlisted }: AlertNotice): string | null {
  return unlisted === 0
    ? null
    : `... and ${plural(unlisted, 'other finding')}: altmap findings, or GraphQL, lists all.`;
}

/** All of it as plain text. */
export function textOf(notice: AlertNotice): string {
  const since = ({ status, firstSeenAt, resolvedAt }: AlertItem): string =>
    status === 'firing' ? `since ${firstSeenAt}` : `from ${firstSeenAt} to ${resolvedAt ?? 'now'}`;
  const blocks = notice.alerts.map((item) => `${lineOf(item)}\n  ${item.code}, ${since(item)}`);
  const unlisted = unlistedLine(notice);
  return [titleOf(notice), '', ...blocks, ...(unlisted === null ? [] : [unlisted]), ''].join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeMarkup = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
