import { type RefObject, useEffect, useState } from 'react';

export interface CanvasSize {
  /** Pixels of CSS. */
  readonly width: number;
  readonly height: number;
  /** The screen's pixels of one of those. */
  readonly ratio: number;
}

/** How big a canvas is, whose pixels it keeps as fine as the screen's; 0 until it is known. */
export function useCanvasSize(canvas: RefObject<HTMLCanvasElement | null>): CanvasSize {
  const [size, setSize] = useState<CanvasSize>({ width: 0, height: 0, ratio: 1 });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const ratio = devicePixelRatio;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      setSize({ width, height, ratio });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas]);
  return size;
}
