import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from '@altmap/platform';

/** A program that runs as a process of its own. */
export class Program {
  readonly #child: ChildProcess;
  /** Exit status; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  #log = '';

  constructor(script: string, environment: Environment) {
    this.#child = spawn(process.execPath, [script], { env: { ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString();
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** What it has written to stderr. */
  get log(): string {
    return this.#log;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for these words on stderr. @throws Error with the whole log when it ends before it says them. */
  async says(words: string): Promise<void> {
    while (!this.#log.includes(words)) {
      if (this.hasEnded) throw new Error(`ended with ${this.#child.exitCode} before it said "${words}":\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!this.hasEnded) this.#child.kill(signal);
    return this.ended;
  }
}
