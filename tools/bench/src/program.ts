import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program in a process of its own, as it would run in earnest. */
export class Program {
  readonly process: ChildProcess;
  #log = '';

  private constructor(file: string | URL, environment: Readonly<Record<string, string>>) {
    const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment };
    const script = file instanceof URL ? fileURLToPath(file) : file;
    this.process = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    });
  }

  /** Starts it and waits until it has said so on stderr. @throws Error with the end of its log when it ends before. */
  static async start(
    file: string | URL,
    environment: Readonly<Record<string, string>>,
    says: string,
  ): Promise<Program> {
    const program = new Program(file, environment);
    while (!program.#log.includes(says)) {
      const { exitCode, signalCode } = program.process;
      if (exitCode !== null || signalCode !== null) throw new Error(`${file} ended with ${exitCode}:\n${program.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return program;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}
