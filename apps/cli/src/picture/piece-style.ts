import type { LayoutPiece } from '@altmap/vmemmap';

/** How each piece of a range is called and drawn. */
export const PIECE_STYLE: Readonly<Record<LayoutPiece['kind'], { label: string; character: string; fill: string }>> = {
  'start-pad': { label: 'start pad', character: '-', fill: '#bbbbbb' },
  'info-block': { label: 'info block', character: 'i', fill: '#4477aa' },
  memmap: { label: 'memmap', character: 'm', fill: '#ee9944' },
  reserved: { label: 'reserved, unused', character: 'r', fill: '#f3d9b1' },
  data: { label: 'data', character: '=', fill: '#66aa77' },
  'end-trunc': { label: 'lost tail', character: 'x', fill: '#cc5566' },
  raw: { label: 'raw', character: '.', fill: '#dddddd' },
};
