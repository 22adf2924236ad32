import type { Place } from './quick-layout.ts';

/** Units of the graph that a corner is rounded by, where its sides are long enough. */
const RADIUS = 8;

/** An SVG path along some points, its corners rounded. */
export function roundPath(points: readonly Place[], radius = RADIUS): string {
  const parts = points.map((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (!before) return `M${at(point)}`;
    if (!after) return `L${at(point)}`;
    return `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
  });
  return parts.join('');
}

const at = ({ x, y }: Place): string => `${x},${y}`;

/** The point `distance` away from one in the direction of another, at most half the way. */
function towards(from: Place, to: Place, distance: number): Place {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(distance / length, 0.5);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
