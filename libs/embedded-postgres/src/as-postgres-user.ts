import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Who the server runs as. Postgres refuses root, so root gives it to another user. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** null when we are not root and Postgres can simply run as ourselves. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user: try the next.
    }
  }
  throw new Error('Postgres does not run as root, and there is neither a user "postgres" nor "nobody" to run it as');
}

/** Can this user walk down to the path? (Folders such as /root or those of mktemp -d let nobody but their owner in.) */
function canReach(path: string, user: ServerUser): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The command that runs a program as that user. Where the program or the data lies in a folder closed to others, the
 * process keeps one capability, to pass through folders (CAP_DAC_READ_SEARCH); nothing more.
 */
export function commandAs(user: ServerUser | null, program: string, dataDir: string): [string, string[]] {
  if (user === null) return [program, []];
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const reachable = canReach(program, user) && canReach(dataDir, user);
  const passage = [
    '--inh-caps=-all,+dac_read_search',
    '--ambient-caps=-all,+dac_read_search',
    '--securebits=+no_setuid_fixup',
  ];
  return ['setpriv', [...identity, ...(reachable ? ['--inh-caps=-all'] : passage), program]];
}

export function assertRunnable(program: string): void {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    throw new Error(
      `${program} is missing or cannot be run: run npm ci again, without --omit=optional or --ignore-scripts`,
    );
  }
}
