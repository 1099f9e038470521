import { endOf } from './align.ts';
import { type Exploration, openQuestions } from './explore.ts';
import type { LayoutPiece, PlugResult, Target } from './types.ts';

/**
 * One result out of those that the open questions lead to: the common one where they agree, the common outcome without
 * the numbers that differ where only those do, `unknown` with the questions where the outcomes differ.
 */
export function merge(target: Target, { branches, complete }: Exploration<PlugResult>): PlugResult {
  const results = branches.map(({ value }) => value);
  const [{ value: first }] = branches;
  if (complete && branches.length === 1) return first;
  const agree = (key: (result: PlugResult) => unknown) => {
    const [one, ...others] = results.map((result) => JSON.stringify(key(result)));
    return complete && others.every((other) => other === one);
  };
  if (agree(everything)) return first;
  const missing = openQuestions(target, branches);
  if (agree(verdict)) {
    const { memmap } = first;
    const sameBytes = agree((result) => [result.memmap?.deviceBytes, result.memmap?.dramBytes]);
    return {
      ...first,
      altmap: agree((result) => result.altmap) ? first.altmap : null,
      memmap: memmap !== null && sameBytes ? { ...memmap, runs: [] } : null,
      layout: withoutMemmap(first.layout),
      warnings: [...first.warnings, { code: 'UNDECIDED', facts: { missing: missing.join('; ') } }],
    };
  }
  const answers = [...new Set(results.map((result) => `${result.outcome} (${result.reason})`))];
  const also = results.map((result) => ({ code: result.reason, facts: result.facts }));
  return {
    ...first,
    outcome: 'unknown',
    reason: 'UNDECIDED',
    facts: { missing: missing.join('; '), answers: answers.join(', ') },
    errno: null,
    bindErrno: null,
    stage: null,
    message: null,
    messages: [],
    missing,
    also: also.filter((one, index) => also.findIndex((other) => other.code === one.code) === index),
    usable: null,
    lostBytes: null,
    altmap: null,
    memmap: null,
    layout: withoutMemmap(first.layout),
    kmem: null,
  };
}

function verdict(result: PlugResult): unknown {
  const { outcome, reason, errno, stage, infoBlock, usable, oopsOnRemoval } = result;
  return [outcome, reason, errno, stage, infoBlock, usable, oopsOnRemoval];
}

function everything(result: PlugResult): unknown {
  return [verdict(result), result.altmap, result.memmap?.runs, result.kmem];
}

function withoutMemmap(layout: readonly LayoutPiece[]): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  for (const piece of layout) {
    const kind = piece.kind === 'memmap' ? 'reserved' : piece.kind;
    const last = pieces.at(-1);
    if (last?.kind === kind) pieces[pieces.length - 1] = { ...last, size: endOf(piece) - last.start };
    else pieces.push({ ...piece, kind });
  }
  return pieces;
}
