import { INK } from '../drawing/palette.ts';

/** An axis with its name beside it. */
export function axis(name: string, options: { readonly nameGap: number; readonly [option: string]: unknown }): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: INK.text, fontSize: 13 },
    axisLabel: { color: INK.muted, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: INK.faint } },
    axisTick: { show: true, lineStyle: { color: INK.faint } },
    splitLine: { lineStyle: { color: INK.line } },
    ...options,
  };
}

export const unitAxis = (name: string, nameGap: number): object =>
  axis(name, { nameGap, min: 0, max: 1, interval: 0.2 });

export const title = (text: string, subtext: string): object => ({
  text,
  subtext,
  left: 16,
  top: 10,
  itemGap: 6,
  textStyle: { fontSize: 17, fontWeight: 'bold', color: INK.text },
  subtextStyle: { fontSize: 13, color: INK.muted },
});
