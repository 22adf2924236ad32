/** Okabe and Ito's colours, told apart by colour-blind readers too (https://jfly.uni-koeln.de/color); the yellow is left out: too faint on white. */
export const PALETTE: readonly string[] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'];

/** With the colours, so that more lines than colours stay apart. */
export const DASHES: readonly (readonly [string, readonly number[] | 'solid'])[] = [
  ['solid', 'solid'],
  ['dashed', [7, 4]],
  ['dotted', [2, 3]],
];

export const INK = { text: '#1f2328', muted: '#59636e', line: '#d1d9e0', faint: '#9aa5b1', ground: '#ffffff' } as const;

export const colourOf = (index: number): string => PALETTE[index % PALETTE.length]!;
