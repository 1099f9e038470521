import { type DeviceListing, listDevices } from './device-listing.ts';
import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { readJsonValues } from '../text/json-values.ts';

/** Reads the output of `ndctl list` with any options, and of `ndctl read-infoblock -j`. */
export function parseNdctl(
  text: string,
  source = 'ndctl',
): { listing: DeviceListing; diagnostics: readonly Diagnostic[] } {
  return parseListing(text, source, 'the JSON of `ndctl list`');
}

/** Reads the output of `daxctl list` with any options. */
export function parseDaxctl(
  text: string,
  source = 'daxctl',
): { listing: DeviceListing; diagnostics: readonly Diagnostic[] } {
  return parseListing(text, source, 'the JSON of `daxctl list`');
}

function parseListing(
  text: string,
  source: string,
  expected: string,
): { listing: DeviceListing; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const { values, others } = readJsonValues(text, log);
  const [first] = others;
  if (first !== undefined) {
    // With no device at all these tools print nothing, or only a status.
    const message = `${others.length} lines are no JSON, the first is ${quote(first.text)}`;
    if (values.length === 0) log.warning(first.line, message, expected);
    else log.info(first.line, message);
  }
  return { listing: listDevices(values, log), diagnostics: log.list() };
}
