import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import { type Cmdline, parseCmdline } from './parse-cmdline.ts';
import { ANY_EVENT, EVENT_PATTERNS, type KernelEventCode } from './kernel-events.ts';
import { MAX_EVENTS } from '../text/limits.ts';
import { linesOf } from '../text/lines.ts';
import { type ProcVersion, parseVersion } from './parse-version.ts';

/** What the kernel log tells about device memory. */
export interface KernelLog {
  /** Of the first line of the boot; null where the ring buffer has lost it. */
  readonly version: ProcVersion | null;
  readonly cmdline: Cmdline | null;
  /** Of the line "Memory: 901020K/1048576K available", in bytes. */
  readonly memory: { readonly availableBytes: number; readonly totalBytes: number } | null;
  /** Of the memory map that efi=debug prints, in its order. */
  readonly efi: readonly EfiRange[];
  /** In the order of the log. */
  readonly events: readonly KernelEvent[];
}

export interface EfiRange {
  readonly line: number;
  readonly start: number;
  readonly size: number;
  /** As the kernel names it: "Conventional", "Persistent", "Reserved", ... */
  readonly type: string;
  /** "WB", "SP", "RUN", ... */
  readonly attributes: readonly string[];
}

/** One line that says what a driver or the memory code did with a device. */
export interface KernelEvent {
  readonly line: number;
  readonly code: KernelEventCode;
  /** Null where the line names none. */
  readonly driver: string | null;
  /** namespace0.0, pfn0.1, dax2.0, ...; null where the line names none. */
  readonly device: string | null;
  /** The numbers in the line, by name; bytes, pages or errno as the name says. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The line without stamp. */
  readonly message: string;
}

/** Stamps of printk, of `dmesg -T`, of the console (with thread) and of journalctl. */
const STAMP = /^(?:<\d{1,3}>)?(?:\[[^\]]{1,40}\] ?)*(?:[A-Z][a-z]{2} [ \d]\d [\d:.]{8,20} \S+ kernel: ?)?/;

const DEVICE = '((?:namespace|pfn|dax|btt)\\d+\\.\\d+)';
/** "nd_pmem pfn2.1: ...", or " dax1.1: ..." while no driver is bound. */
const ON_DEVICE = new RegExp(`^\\s*(?:([\\w-]+) )?${DEVICE}: (.*)$`);
/** Up to 6.10 the probe error was printed without the device in front. */
const PROBE_OF = new RegExp(`^([\\w-]+): probe of ${DEVICE} failed with error -(\\d+)$`);

/** Reads the kernel log, as dmesg, the console or the journal show it. */
export function parseDmesg(text: string, source = 'dmesg'): { log: KernelLog; diagnostics: readonly Diagnostic[] } {
  const remarks = new DiagnosticLog(source);
  const efi: EfiRange[] = [];
  const events: KernelEvent[] = [];
  let version: ProcVersion | null = null;
  let cmdline: Cmdline | null = null;
  let memory: KernelLog['memory'] = null;
  for (const { text: content, number: line } of linesOf(text)) {
    const message = content.replace(STAMP, '');
    if (message === '') continue;
    if (message.startsWith('Linux version ')) {
      // A log that holds two boots: what follows is about the kernel that came last.
      if (version !== null) remarks.info(line, 'the log holds more than one boot: the last one counts');
      ({ version } = parseVersion(message));
      events.length = 0;
      efi.length = 0;
    } else if (message.startsWith('Kernel command line: ')) {
      ({ cmdline } = parseCmdline(message.slice('Kernel command line: '.length)));
    } else if (message.startsWith('Memory: ')) {
      memory = memoryOf(message) ?? memory;
    } else if (message.startsWith('efi: ')) {
      const range = efiRangeOf(message, line);
      if (range === 'too-large') remarks.error(line, `${quote(message)} lies above 2^53 - 1`, 'a physical address');
      else if (range !== null) efi.push(range);
    } else {
      const event = eventOf(message, line);
      if (event !== null) events.push(event);
      if (events.length > 2 * MAX_EVENTS) events.splice(0, MAX_EVENTS);
    }
  }
  if (events.length > MAX_EVENTS) {
    remarks.warning(null, `more than ${MAX_EVENTS} lines about device memory: only the last ones are kept`);
    events.splice(0, events.length - MAX_EVENTS);
  }
  return { log: { version, cmdline, memory, efi, events }, diagnostics: remarks.list() };
}

function memoryOf(message: string): KernelLog['memory'] {
  const match = /^Memory: (\d{1,12})K\/(\d{1,12})K available/.exec(message);
  if (match === null) return null;
  return { availableBytes: Number(match[1]) * 1024, totalBytes: Number(match[2]) * 1024 };
}

/** "efi:   0x000040000000-0x00007fffffff [Conventional|   |  |WB|...]" (arm64), "range=[0x..-0x..]" (x86). */
function efiRangeOf(message: string, line: number): EfiRange | 'too-large' | null {
  const range = /(0x[0-9a-f]{1,16})-(0x[0-9a-f]{1,16})/.exec(message);
  const kind = /\[([A-Z][A-Za-z ]{0,40}?) *\|([^\]]{0,200})\]/.exec(message);
  if (range === null || kind === null) return null;
  const start = exactNumber(range[1] ?? '');
  const last = exactNumber(range[2] ?? '');
  if (typeof start !== 'number' || typeof last !== 'number') return 'too-large';
  if (last < start) return null;
  const attributes = (kind[2] ?? '').split('|').map((flag) => flag.trim());
  return {
    line,
    start,
    size: last - start + 1,
    type: kind[1] ?? '',
    attributes: attributes.filter((flag) => flag !== ''),
  };
}

function eventOf(message: string, line: number): KernelEvent | null {
  const old = PROBE_OF.exec(message);
  if (old !== null) {
    const [, driver = null, device = null, errno = ''] = old;
    const numbers = numbersOf({ errno });
    return numbers === null ? null : { line, code: 'probe-failed', driver, device, numbers, message };
  }
  const on = ON_DEVICE.exec(message);
  const body = on?.[3] ?? message;
  if (!ANY_EVENT.test(body)) return null;
  for (const [code, pattern] of EVENT_PATTERNS) {
    const match = pattern.exec(body);
    if (match === null) continue;
    const numbers = numbersOf(match.groups ?? {});
    if (numbers === null) return null;
    return { line, code, driver: on?.[1] ?? null, device: on?.[2] ?? null, numbers, message: message.trim() };
  }
  return null;
}

/** Null where one of them cannot be held exactly. */
function numbersOf(groups: Readonly<Record<string, string>>): Readonly<Record<string, number>> | null {
  const numbers: Record<string, number> = {};
  for (const [name, text] of Object.entries(groups)) {
    const negative = text.startsWith('-');
    const value = exactNumber(negative ? text.slice(1) : text);
    if (typeof value !== 'number') return null;
    numbers[name] = negative ? -value : value;
  }
  return numbers;
}
