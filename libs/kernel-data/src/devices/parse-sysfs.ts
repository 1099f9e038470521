import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import { MAX_DEVICES } from '../text/limits.ts';
import { linesOf } from '../text/lines.ts';

/** One device of a sysfs bus: its attributes as they were read. */
export interface SysfsDevice {
  readonly name: string;
  /** By path below the device ("size", "nfit/handle"); blanks at the ends are cut off. */
  readonly attributes: ReadonlyMap<string, string>;
  /** KEY=value lines of the device's uevent file. */
  readonly uevent: ReadonlyMap<string, string>;
}

export interface SysfsBus {
  /** By device name. */
  readonly devices: ReadonlyMap<string, SysfsDevice>;
}

const EXPECTED = '/sys/bus/nd/devices/region0/size:1073741824';

/** Also finds the device in the long path of a resolved link, whose other components have colons of their own. */
const DEVICE_LINE =
  /^(?:\/sys\/bus\/[^/:]+\/devices|\/sys\/devices\/.*)\/((?:ndbus|region|nmem)\d+|(?:namespace|pfn|dax|btt)\d+\.\d+)\/([^:]{1,200}):(.*)$/;

/**
 * Reads path:value lines of /sys/bus/nd/devices or /sys/bus/dax/devices, as `grep -r .` prints them. Devices that are on
 * no list of names (seeds of other drivers) are passed over with a remark.
 */
export function parseSysfs(text: string, source: string): { bus: SysfsBus; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const devices = new Map<string, { attributes: Map<string, string>; uevent: Map<string, string> }>();
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '') continue;
    const match = DEVICE_LINE.exec(line);
    if (match === null) {
      reportLine(line, number, log);
      continue;
    }
    const [, name = '', attribute = '', value = ''] = match;
    const device = devices.get(name) ?? { attributes: new Map(), uevent: new Map() };
    if (devices.size >= MAX_DEVICES && !devices.has(name)) {
      log.error(number, `more than ${MAX_DEVICES} devices: ${name} is left out`, 'the devices of one host');
      continue;
    }
    devices.set(name, device);
    if (attribute === 'uevent') addUevent(device.uevent, value, number, log);
    else addOnce(device.attributes, attribute, value.trim(), `${name}/${attribute}`, number, log);
  }
  const named = [...devices].map(([name, device]): [string, SysfsDevice] => [name, { name, ...device }]);
  return { bus: { devices: new Map(named) }, diagnostics: log.list() };
}

function reportLine(line: string, number: number, log: DiagnosticLog): void {
  if (/^(grep|cat|find|ls|sh): /.test(line) || /: (Permission denied|No such file or directory)$/.test(line)) {
    log.info(number, `the collector says ${quote(line)}`);
  } else {
    log.warning(number, `${quote(line)} is no attribute of a device`, EXPECTED);
  }
}

function addUevent(uevent: Map<string, string>, value: string, number: number, log: DiagnosticLog): void {
  const equals = value.indexOf('=');
  if (equals < 1) log.warning(number, `${quote(value)} is no line of a uevent file`, 'KEY=value');
  else addOnce(uevent, value.slice(0, equals), value.slice(equals + 1).trim(), 'uevent', number, log);
}

function addOnce(
  map: Map<string, string>,
  key: string,
  value: string,
  what: string,
  number: number,
  log: DiagnosticLog,
): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, value);
  else if (known !== value) {
    log.warning(
      number,
      `${what} has two values, ${quote(known)} and ${quote(value)}: the first one counts`,
      'one value',
    );
  }
}

/** A number that an attribute shows, decimal or 0x; null where the attribute is absent, empty or no exact number. */
export function sysfsNumber(device: SysfsDevice | undefined, attribute: string): number | null {
  const value = exactNumber(device?.attributes.get(attribute) ?? '');
  return typeof value === 'number' ? value : null;
}
