import type { Outcome } from '@altmap/vmemmap';
import pc from 'picocolors';
import { type ColorMode, type Stream, type Terminal, wantsColor } from '../terminal.ts';

type Style = (text: string) => string;

/** The few styles that the product has. */
export interface Palette {
  readonly title: Style;
  readonly dim: Style;
  readonly outcome: Readonly<Record<Outcome, Style>>;
  readonly severity: Readonly<Record<'critical' | 'warning' | 'info' | 'error', Style>>;
}

export function paletteFor(mode: ColorMode, stream: Stream, env: Terminal['env']): Palette {
  const { bold, dim, green, yellow, red, magenta, cyan } = pc.createColors(wantsColor(mode, stream, env));
  const alarm: Style = (text) => bold(red(text));
  return {
    title: bold,
    dim,
    outcome: { ok: green, 'ok-dram': yellow, refused: red, oops: alarm, unsupported: red, unknown: magenta },
    severity: { critical: alarm, error: red, warning: yellow, info: cyan },
  };
}
