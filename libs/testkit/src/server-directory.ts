import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'altmap-test-';
/** Holds the pid of the process that made the directory. */
const OWNER = 'owner.pid';
/** Holds the pid of the server that runs in it. */
const SERVER = 'server.pid';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readPid(file: string): Promise<number | null> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

/** Pids are used again: only a process that works in the directory is its server. Always false where there is no /proc. */
async function isServerOf(pid: number, directory: string): Promise<boolean> {
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return workingDirectory === directory || workingDirectory.startsWith(`${directory}${path.sep}`);
}

async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends what a test run left behind that was itself killed: servers whose owner is gone, by their pid, and their files. */
export async function clearLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = path.join(tmpdir(), name);
    const owner = await readPid(path.join(directory, OWNER));
    if (owner === null || isAlive(owner)) continue;
    const server = await readPid(path.join(directory, SERVER));
    if (server !== null && (await isServerOf(server, directory))) {
      process.kill(server, 'SIGKILL');
      await untilGone(server);
    }
    await rm(directory, { recursive: true, force: true });
  }
}

/** A temporary directory for one server of this process. */
export async function makeServerDirectory(kind: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), `${PREFIX}${kind}-`));
  // Postgres runs as another user than root and must be able to enter.
  await chmod(directory, 0o755);
  await writeFile(path.join(directory, OWNER), `${process.pid}\n`);
  return directory;
}

export async function rememberServer(directory: string, pid: number): Promise<void> {
  await writeFile(path.join(directory, SERVER), `${pid}\n`);
}

export async function removeServerDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
