export interface TipLine {
  readonly color: string;
  readonly name: string;
  readonly value: string;
}

/** What stands beside the pointer, as elements: names come from runs, and HTML must not come from them. */
export function tip(title: string, lines: readonly TipLine[]): HTMLElement {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  const head = document.createElement('strong');
  head.textContent = title;
  box.append(head);
  for (const { color, name, value } of lines) {
    const line = document.createElement('div');
    const swatch = document.createElement('i');
    swatch.style.background = color;
    const figure = document.createElement('b');
    figure.textContent = value;
    line.append(swatch, name, figure);
    box.append(line);
  }
  return box;
}

/** Looks of the box that echarts puts it in. */
export const tipBox = (palette: { readonly raised: string; readonly line: string; readonly text: string }) => ({
  backgroundColor: palette.raised,
  borderColor: palette.line,
  padding: [6, 10],
  textStyle: { color: palette.text },
  confine: true,
  transitionDuration: 0,
});
