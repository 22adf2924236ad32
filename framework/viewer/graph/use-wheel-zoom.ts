import { type RefObject, useEffect } from 'react';
import type { Place } from './quick-layout.ts';

/** Zooms at two fingers apart, as browsers tell it; a plain wheel scrolls the page. @param at pixels from the element's upper left corner */
export function useWheelZoom(ref: RefObject<HTMLElement | null>, zoomBy: (factor: number, at: Place) => void): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomBy(2 ** (-event.deltaY / 100), { x: event.offsetX, y: event.offsetY });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [ref, zoomBy]);
}
