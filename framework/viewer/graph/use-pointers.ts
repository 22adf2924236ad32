import { type PointerEvent, useRef } from 'react';
import type { Place } from './quick-layout.ts';

/** What fingers and mice do on a canvas; places in pixels from its upper left corner. */
export interface PointerActs {
  moveBy(x: number, y: number): void;
  zoomBy(factor: number, at: Place): void;
  click(at: Place): void;
  /** No button is down. */
  hover(at: Place, canvas: HTMLCanvasElement): void;
}

/** So far a pointer may go between down and up and still mean a click. */
const CLICK = 4;

const placeOf = ({ clientX, clientY, currentTarget }: PointerEvent<HTMLCanvasElement>): Place => {
  const { left, top } = currentTarget.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
};

/** One pointer drags or clicks, two fingers zoom. */
export function usePointers({ moveBy, zoomBy, click, hover }: PointerActs) {
  const down = useRef(new Map<number, Place>());
  const way = useRef(0);
  const lift = (event: PointerEvent<HTMLCanvasElement>): void => {
    down.current.delete(event.pointerId);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>): void => {
      // The second finger of two that zoom ends no click.
      way.current = down.current.size === 0 ? 0 : CLICK;
      down.current.set(event.pointerId, placeOf(event));
      // A pointer that was made up by a script can't be held.
      if (event.nativeEvent.isTrusted) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>): void => {
      const from = down.current.get(event.pointerId);
      const to = placeOf(event);
      if (!from) return hover(to, event.currentTarget);
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
      down.current.set(event.pointerId, to);
      way.current += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
      if (!other) return moveBy(to.x - from.x, to.y - from.y);
      const apart = (place: Place): number => Math.hypot(place.x - other.x, place.y - other.y);
      // The middle goes half as far as the finger.
      moveBy((to.x - from.x) / 2, (to.y - from.y) / 2);
      zoomBy(apart(to) / Math.max(1, apart(from)), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    },
    onPointerUp: (event: PointerEvent<HTMLCanvasElement>): void => {
      const isClick = down.current.has(event.pointerId) && way.current < CLICK;
      lift(event);
      if (isClick) click(placeOf(event));
    },
    onPointerCancel: lift,
  };
}
