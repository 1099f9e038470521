import { ReceiverTarget, type ReceiverKind } from '@altmap/protocol';
import { InputError } from '../input-error.ts';

export interface TargetOptions {
  readonly kind: ReceiverKind;
  readonly url?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly user?: string;
}

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue';

/** What is asked for on the command line, with what must not stand there. @throws InputError naming the option. */
export function targetOf(options: TargetOptions, secret: string | null, newSecret: () => string): ReceiverTarget {
  const { kind, url, from, to = [], user = null } = options;
  const given = {
    webhook: { url, secrets: [secret ?? newSecret()] },
    slack: { url: url ?? secret },
    email: { url, from, to, user, password: secret },
    alertmanager: { url, token: secret },
    pagerduty: { url: url ?? PAGERDUTY, routingKey: secret },
  }[kind];
  const parsed = ReceiverTarget.safeParse({ kind, ...given });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  const isSecret = ['password', 'token', 'routingKey', 'secrets'].includes(field) || (kind === 'slack' && !url);
  throw new InputError(`--${isSecret ? 'secret-file' : field}: ${issue?.message ?? 'not as expected'}`);
}
