/** A rectangle of a canvas, in its own pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What comes into sight of a canvas when what is on it moves by so many pixels, which are less than it has: a strip at each side that it moves away from. */
export function exposedAreas(byX: number, byY: number, { width, height }: Omit<Area, 'x' | 'y'>): readonly Area[] {
  const beside = { x: byX > 0 ? 0 : width + byX, y: 0, width: Math.abs(byX), height };
  const above = { x: 0, y: byY > 0 ? 0 : height + byY, width, height: Math.abs(byY) };
  return [beside, above].filter((area) => area.width > 0 && area.height > 0);
}
