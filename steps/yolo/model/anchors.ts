/** The anchor points of a picture size, level by level, row by row: the order of the last dimension of every prediction. */
export interface Anchors {
  readonly count: number;
  /** Centres in units of their stride (x + ½, y + ½), [A] each. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Pixels between neighbours, [A]. */
  readonly stride: Float32Array;
  readonly levels: readonly AnchorLevel[];
}

export interface AnchorLevel {
  readonly stride: number;
  readonly width: number;
  readonly height: number;
  /** Index of its first anchor. */
  readonly first: number;
}

/** @param size [height, width] of the picture in pixels, multiples of the largest stride */
export function anchorsOf([height, width]: readonly [number, number], strides: readonly number[]): Anchors {
  let count = 0;
  const levels = strides.map((stride) => {
    const level = { stride, width: width / stride, height: height / stride, first: count };
    count += level.width * level.height;
    return level;
  });
  const anchors: Anchors = {
    count,
    x: new Float32Array(count),
    y: new Float32Array(count),
    stride: new Float32Array(count),
    levels,
  };
  for (const { stride, width: columns, height: rows, first } of levels) {
    for (let i = 0; i < rows * columns; i++) {
      anchors.x[first + i] = (i % columns) + 0.5;
      anchors.y[first + i] = Math.floor(i / columns) + 0.5;
      anchors.stride[first + i] = stride;
    }
  }
  return anchors;
}
