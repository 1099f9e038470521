import { resolve } from 'node:path';
import { type Diagnostic, type ParsedConfig, parseConfig, parseIomem, parseRelease } from '@altmap/kernel-data';
import type { BootScript, MemoryMap, Range } from '@altmap/vmemmap';
import { readContent } from '../evidence/read-content.ts';
import { InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';
import { BootRecord } from './boot-record.ts';

/** Reads the lines of a record; a config that several boots name is read once. */
export class BootScripts {
  readonly #path: string;
  readonly #base: string;
  readonly #terminal: Terminal;
  readonly #configs = new Map<string, Promise<ParsedConfig>>();

  /** `path` names the record in messages; paths of configs begin at `base`. */
  constructor(path: string, base: string, terminal: Terminal) {
    this.#path = path;
    this.#base = base;
    this.#terminal = terminal;
  }

  /** @throws InputError naming the file, the line, the member and what was expected. */
  async read(line: number, text: string): Promise<BootScript> {
    const { boot, kernel, cmdline, memory, iomem, pmem, steps } = this.#record(line, text);
    const at = `${this.#path}:${line}`;
    const release = parseRelease(kernel.release);
    refuseErrors(`${at}: kernel.release`, release.diagnostics);
    if (release.release === null) throw new InputError(`${at}: kernel.release: expected X.Y or X.Y.Z`);
    return {
      boot,
      pageSize: kernel.pageSize,
      release: release.release,
      config: await this.#config(kernel.config, at),
      cmdline,
      patched: kernel.patched,
      map: iomem === null ? ramOnly(memory, at) : mapOf(iomem, at),
      regions: pmem,
      steps: steps.map((step) => ({ ...step, mode: step.mode === 'devdax-kmem' ? 'devdax' : step.mode })),
    };
  }

  #record(line: number, text: string): BootRecord {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new InputError(
        `${this.#path}:${line}: expected one JSON object: ${error instanceof Error ? error.message : ''}`,
      );
    }
    const parsed = BootRecord.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const member = issue?.path.join('.') || 'the line';
    throw new InputError(`${this.#path}:${line}: ${member}: ${issue?.message ?? 'not of the documented form'}`);
  }

  #config(name: string, at: string): Promise<ParsedConfig> {
    const path = resolve(this.#base, name);
    const known = this.#configs.get(path);
    if (known !== undefined) return known;
    const read = readContent(path, this.#terminal).then(
      (content) => parseConfig(new TextDecoder().decode(content), path).config,
      (error: unknown) => {
        throw error instanceof InputError ? new InputError(`${at}: kernel.config: ${error.message}`) : error;
      },
    );
    this.#configs.set(path, read);
    return read;
  }
}

function mapOf(iomem: string, at: string): MemoryMap {
  const { map, diagnostics } = parseIomem(iomem);
  refuseErrors(`${at}: iomem`, diagnostics);
  return map;
}

function ramOnly(memory: readonly Range[], at: string): MemoryMap {
  if (memory.length === 0) throw new InputError(`${at}: expected iomem or memory`);
  return { entries: memory.map((range) => ({ ...range, name: 'System RAM', children: [] })), zeroed: false };
}

function refuseErrors(where: string, diagnostics: readonly Diagnostic[]): void {
  const error = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (error === undefined) return;
  const line = error.line === null ? '' : ` line ${error.line}:`;
  throw new InputError(
    `${where}:${line} ${error.message}${error.expected === null ? '' : `; expected ${error.expected}`}`,
  );
}
