import type { Render } from './exported-finding.ts';

/** One JSON value a line. */
export const toNdjson: Render = async function* (pieces) {
  for await (const findings of pieces) yield findings.map((finding) => `${JSON.stringify(finding)}\n`).join('');
};
