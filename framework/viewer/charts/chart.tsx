import type { EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { init } from './echarts.ts';
import { type Palette, paletteNow } from './palette.ts';
import './chart.css';

export interface ChartProps {
  /** What the picture shows, in words. */
  readonly label: string;
  /** Pixels. */
  readonly height: number;
  readonly option: (palette: Palette) => EChartsCoreOption;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

const subscribe = (listener: () => void): (() => void) => {
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
};

/** A chart that keeps to its box and to the colours of the page. */
export function Chart({ label, height, option }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init> | null>(null);
  const isDark = useSyncExternalStore(subscribe, () => dark.matches);
  useEffect(() => {
    const drawn = init(element.current!, null, { renderer: 'canvas' });
    chart.current = drawn;
    const watcher = new ResizeObserver(() => drawn.resize());
    watcher.observe(element.current!);
    return () => {
      watcher.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option(paletteNow(isDark)) }, true);
  }, [option, isDark]);
  return <div className="chart" role="img" aria-label={label} ref={element} style={{ height }} />;
}
