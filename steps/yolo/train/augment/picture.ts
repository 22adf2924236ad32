/** A picture with its boxes, as the augmentation passes it on. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB, interleaved: [height, width, 3]. May lie in shared memory: augmentation never writes to its input. */
  readonly pixels: Uint8Array;
  /** Class, x1, y1, x2, y2 in pixels of this picture; five numbers a box. */
  readonly boxes: Float32Array;
}

/** Grey that fills what no picture covers; Ultralytics' value, so that weights trained elsewhere meet the padding they know. */
export const PAD_VALUE = 114;

/** Numbers a box takes in `Picture.boxes`. */
export const BOX = 5;
