import { describe, expect, it } from 'vitest';
import { REASON_EXAMPLES, type ReasonExample, WARNING_EXAMPLES } from '../test/reason-examples.ts';
import { judge } from './judge.ts';
import { REASONS, renderReason, renderWarning } from './reasons.ts';
import type { PlugResult } from './types.ts';

function ask({ map, request, target }: ReasonExample): PlugResult {
  return judge(target, map, request);
}

/** A result as text, one line for each thing that it says: the recorded text beside this file is read by people. */
function written(result: PlugResult): string {
  const { also, altmap, errno, bindErrno, infoBlock, kmem, layout, memmap, message, messages, missing, outcome } =
    result;
  const one = (value: unknown) => JSON.stringify(value);
  return [
    `${outcome} ${one({ errno, bindErrno, stage: result.stage, message, missing, oopsOnRemoval: result.oopsOnRemoval })}`,
    renderReason(result),
    ...result.steps.map((step) => `step ${step.verdict} ${step.id} ${one(step.facts)}`),
    ...result.warnings.map((warning) => `warning ${renderWarning(warning)}`),
    ...also.map((other) => `also ${renderWarning(other)}`),
    ...messages.map((line) => `kernel ${line}`),
    `block ${one(infoBlock)}`,
    `align ${one([result.align, result.alignRefused])} altmap ${one(altmap)}`,
    `memmap ${one(memmap === null ? null : { ...memmap, runs: memmap.runs.length })}`,
    ...(memmap?.runs ?? []).map((run) => `run ${one(run)}`),
    `usable ${one(result.usable)} lost ${one(result.lostBytes)} section ${one(result.sectionSize)}`,
    `layout ${layout.map((piece) => `${piece.kind}:${piece.size}`).join(' ')}`,
    `kmem ${one(kmem)}`,
  ].join('\n');
}

describe('every reason', () => {
  it('has an example', () => {
    const shown = new Set([...Object.keys(REASON_EXAMPLES), ...Object.keys(WARNING_EXAMPLES)]);
    expect(Object.keys(REASONS).filter((code) => !shown.has(code))).toEqual([]);
  });

  it.each(Object.entries(REASON_EXAMPLES))('%s', (code, example) => {
    const result = ask(example);
    expect(result.reason).toBe(code);
    expect(written(result)).toMatchSnapshot();
  });

  it.each(Object.entries(WARNING_EXAMPLES))('%s, as a warning', (code, example) => {
    const result = ask(example);
    expect(result.warnings.map((warning) => warning.code)).toContain(code);
    expect(written(result)).toMatchSnapshot();
  });
});
