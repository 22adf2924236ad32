/** Three decimals with a true minus sign. */
export const figure = (value: number): string =>
  value
    .toFixed(3)
    .replace(/^-(?=0\.000$)/, '')
    .replace('-', '−');

/** With its sign: a difference. */
export const change = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value));
