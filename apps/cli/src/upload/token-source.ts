import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Enrolment, enrol, type ReportClientPorts } from '@altmap/protocol';
import { fileErrorText, InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';

interface TokenOptions {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly enrollToken?: string;
}

/** Gives the token of a host, enrolling it where it has none. */
export type TokenSource = (client: ReportClientPorts, enrolment: Enrolment) => Promise<string>;

/** --token goes before --token-file (when the file is there), that before enrolling, and options before the environment. */
export function tokenSource(options: TokenOptions, env: Terminal['env'], hosts: number): TokenSource {
  const { tokenFile } = options;
  const enrolToken = options.enrollToken ?? env['ALTMAP_ENROLL_TOKEN'];
  const token =
    options.token ?? (tokenFile === undefined && options.enrollToken === undefined ? env['ALTMAP_TOKEN'] : undefined);
  if (token !== undefined) {
    if (hosts > 1)
      throw new InputError('a token is good for one host: expected one PATH, or --enroll-token for several');
    return async () => token;
  }
  if (tokenFile !== undefined && existsSync(tokenFile)) {
    const kept = readToken(tokenFile);
    return async () => kept;
  }
  if (enrolToken === undefined) {
    throw new InputError(
      'expected a token: --token, --token-file, ALTMAP_TOKEN, or --enroll-token to enrol the host first',
    );
  }
  return async (client, enrolment) => {
    const answer = await enrol(client, enrolToken, enrolment);
    if (tokenFile !== undefined) writeToken(tokenFile, answer.token);
    return answer.token;
  };
}

function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new InputError(fileErrorText(file, error), error);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw new InputError(`${file}: line 1: expected a token and nothing else`);
  return token;
}

/** Only its owner may read it. */
function writeToken(file: string, token: string): void {
  try {
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new InputError(fileErrorText(file, error), error);
  }
}
