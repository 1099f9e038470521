import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How other commands on this machine find a running server. Readable by its owner only: the URL holds the password. */
export interface Connection {
  readonly pid: number;
  readonly databaseUrl: string;
  readonly apiUrl: string;
}

/** A data folder cannot be used: the message says which and what to do. */
export class DataDirError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataDirError';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The folder in which a standalone server keeps everything: its Postgres and how to reach it. */
export class DataDir {
  readonly path: string;
  readonly #connection: string;
  readonly #lock: string;

  constructor(path: string) {
    this.path = resolve(path);
    this.#connection = join(this.path, 'connection.json');
    this.#lock = join(this.path, 'lock');
  }

  get postgres(): string {
    return join(this.path, 'postgres');
  }

  /** True where no server has kept data here yet. */
  get isNew(): boolean {
    return !existsSync(this.postgres);
  }

  /** One server per folder. @throws DataDirError while another one runs. */
  lock(): void {
    mkdirSync(this.path, { recursive: true });
    if (existsSync(this.#lock)) {
      const pid = Number(readFileSync(this.#lock, 'utf8'));
      if (pid !== process.pid && isAlive(pid)) {
        throw new DataDirError(
          `${this.path} is in use by another altmap (pid ${pid}): stop it, or set ALTMAP_DATA_DIR`,
        );
      }
      rmSync(this.#lock);
    }
    writeFileSync(this.#lock, String(process.pid), { flag: 'wx' });
  }

  publish(connection: Omit<Connection, 'pid'>): void {
    writeFileSync(this.#connection, JSON.stringify({ pid: process.pid, ...connection }), { mode: 0o600 });
  }

  /** The running server of this folder. @throws DataDirError where none runs. */
  connection(): Connection {
    if (existsSync(this.#connection)) {
      const connection = JSON.parse(readFileSync(this.#connection, 'utf8')) as Connection;
      if (isAlive(connection.pid)) return connection;
    }
    throw new DataDirError(`no altmap runs on ${this.path}: start it (npm start), or set ALTMAP_DATABASE_URL`);
  }

  release(): void {
    rmSync(this.#connection, { force: true });
    rmSync(this.#lock, { force: true });
  }
}
