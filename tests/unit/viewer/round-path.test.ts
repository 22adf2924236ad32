import { describe, expect, it } from 'vitest';
import { roundPath } from '../../../framework/viewer/graph/round-path.ts';

describe('the way of an edge', () => {
  it('is straight between two points', () => {
    expect(
      roundPath([
        { x: 0, y: 0 },
        { x: 0, y: 40 },
      ]),
    ).toBe('M0,0L0,40');
  });

  it('rounds its corners, by no more than half of a short side', () => {
    const corner = [
      { x: 0, y: 0 },
      { x: 0, y: 20 },
      { x: 6, y: 20 },
    ];
    expect(roundPath(corner, 8)).toBe('M0,0L0,12Q0,20 3,20L6,20');
  });
});
