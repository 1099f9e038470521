import { AltmapError, type ReceiverKind, ReceiverTarget } from '@altmap/protocol';

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue';
const LONGEST = 4_096;

/** Where a new receiver is, as people say it; what is not said is absent or null. */
export interface SaidTarget {
  readonly kind: ReceiverKind;
  /** http:// or https://, of mail smtp:// or smtps://. Of Slack it is the secret, and may be said as that. */
  readonly url?: string | null;
  /** Of mail: the sender. */
  readonly from?: string | null;
  /** Of mail: who gets it. */
  readonly to?: readonly string[] | null;
  /** Of mail: login, over an encrypted connection. */
  readonly user?: string | null;
  /** Password (email), token (alertmanager), routing key (pagerduty), URL (slack) or signing secret (webhook). */
  readonly secret?: string | null;
}

/** `newSecret` makes the secret of a webhook where none is said. @throws AltmapError E_VALIDATION naming the member of `said` */
export function receiverTargetOf(said: SaidTarget, newSecret: () => string): ReceiverTarget {
  const { kind, from, to, user } = said;
  const url = said.url ?? null;
  const secret = said.secret ?? null;
  checkTexts(said);
  if (kind !== 'email') {
    for (const [member, value] of Object.entries({ from, to, user })) {
      if (value !== null && value !== undefined) throw invalid(member, 'only a receiver of kind email has it');
    }
  }
  if (kind === 'slack' && url !== null && secret !== null) throw invalid('secret', 'expected the URL once');
  const target = {
    webhook: { url, secrets: [secret ?? newSecret()] },
    slack: { url: url ?? secret },
    email: { url, from, to, user: user ?? null, password: secret },
    alertmanager: { url, token: secret },
    pagerduty: { url: url ?? PAGERDUTY, routingKey: secret },
  }[kind];
  const parsed = ReceiverTarget.safeParse({ kind, ...target });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  const isSecret = ['password', 'token', 'routingKey', 'secrets'].includes(field) || (kind === 'slack' && url === null);
  throw invalid(isSecret ? 'secret' : field, issue?.message ?? 'not as expected');
}

/** What is said goes into HTTP headers, addresses and commands of SMTP. */
function checkTexts({ kind: _kind, ...members }: SaidTarget): void {
  for (const [member, value] of Object.entries(members)) {
    for (const text of [value ?? []].flat()) {
      if (text.length > LONGEST) throw invalid(member, `expected at most ${LONGEST} characters`);
      if (/\p{Cc}/u.test(text)) throw invalid(member, 'expected no control characters');
    }
  }
}

const invalid = (member: string, expected: string): AltmapError =>
  new AltmapError('E_VALIDATION', `${member}: ${expected}`, { issues: [{ path: member, message: expected }] });
