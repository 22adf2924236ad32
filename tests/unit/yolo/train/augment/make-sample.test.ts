import { describe, expect, test } from 'vitest';
import { makeSample } from '../../../../../steps/yolo/train/augment/make-sample.ts';
import { BOX, PAD_VALUE, type Picture } from '../../../../../steps/yolo/train/augment/picture.ts';
import { drawRecipe, type Recipe } from '../../../../../steps/yolo/train/augment/recipe.ts';
import { ULTRALYTICS_DEFAULTS } from '../../../../../steps/yolo/train/train-options.ts';

const SIDE = 128;
/** One strong colour a class, on black: found again by its channel. */
const COLOURS = [0, 1, 2];

/** A black picture with one filled rectangle of a class' colour. */
function picture(cls: number, [x1, y1, x2, y2]: readonly [number, number, number, number], height = SIDE): Picture {
  const pixels = new Uint8Array(SIDE * height * 3);
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) pixels[(y * SIDE + x) * 3 + cls] = 255;
  return { width: SIDE, height, pixels, boxes: Float32Array.of(cls, x1, y1, x2, y2) };
}

const DATA: readonly Picture[] = [
  picture(0, [20, 30, 70, 60]),
  picture(1, [40, 10, 90, 100]),
  picture(2, [60, 60, 120, 90], 96),
];

function sample(recipe: Recipe) {
  const pixels = new Float32Array(3 * SIDE * SIDE);
  const ingredients = recipe.layers.map((layer) => layer.pictures.map((index) => DATA[index]!));
  return { pixels, boxes: makeSample(recipe, ingredients, SIDE, pixels) };
}

/** Bounds of the pixels in which one channel alone shines, in pixels. */
function boundsOf(pixels: Float32Array, channel: number): [number, number, number, number] {
  const bounds: [number, number, number, number] = [SIDE, SIDE, 0, 0];
  const plane = SIDE * SIDE;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const at = y * SIDE + x;
      const others = COLOURS.filter((c) => c !== channel).map((c) => pixels[at + c * plane]!);
      if (pixels[at + channel * plane]! < 0.5 || Math.max(...others) > 0.3) continue;
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x + 1);
      bounds[3] = Math.max(bounds[3], y + 1);
    }
  }
  return bounds;
}

const STILL: Recipe = {
  layers: [
    {
      pictures: [0],
      meeting: null,
      affine: { angle: 0, scale: 1, shearX: 0, shearY: 0, centreX: 0.5, centreY: 0.5 },
    },
  ],
  blend: 1,
  hsv: { hue: 0, saturation: 1, value: 1 },
  flipX: false,
  flipY: false,
};

const corners = (boxes: Float32Array, i = 0) => {
  const [, x, y, w, h] = [...boxes.subarray(i * BOX, (i + 1) * BOX)].map((v) => v * SIDE) as number[];
  return [x! - w! / 2, y! - h! / 2, x! + w! / 2, y! + h! / 2];
};

function expectClose(found: readonly number[], wanted: readonly number[], within: number) {
  for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(within);
}

describe('a sample', () => {
  test('that nothing changes is the picture itself', () => {
    const { pixels, boxes } = sample(STILL);
    expect(boundsOf(pixels, 0)).toEqual([20, 30, 70, 60]);
    expectClose(corners(boxes), [20, 30, 70, 60], 1e-4);
    expect(boxes[0]).toBe(0);
  });

  test('of a flat picture is centred on grey', () => {
    const { pixels, boxes } = sample({ ...STILL, layers: [{ ...STILL.layers[0]!, pictures: [2] }] });
    expect(pixels[0]).toBeCloseTo(PAD_VALUE / 255, 6);
    expect(boundsOf(pixels, 2)).toEqual([60, 76, 120, 106]);
    expectClose(corners(boxes), [60, 76, 120, 106], 1e-4);
  });

  test('flipped both ways mirrors pixels and boxes', () => {
    const { pixels, boxes } = sample({ ...STILL, flipX: true, flipY: true });
    expect(boundsOf(pixels, 0)).toEqual([SIDE - 70, SIDE - 60, SIDE - 20, SIDE - 30]);
    expectClose(corners(boxes), [SIDE - 70, SIDE - 60, SIDE - 20, SIDE - 30], 1e-4);
  });

  test('turned by 90 degrees counter-clockwise', () => {
    const affine = { ...STILL.layers[0]!.affine, angle: 90 };
    const { pixels, boxes } = sample({ ...STILL, layers: [{ ...STILL.layers[0]!, affine }] });
    expectClose(corners(boxes), [30, SIDE - 70, 60, SIDE - 20], 1e-3);
    expectClose(boundsOf(pixels, 0), [30, SIDE - 70, 60, SIDE - 20], 1);
  });

  test('boxes bound their colour through every random change', () => {
    const options = { ...ULTRALYTICS_DEFAULTS, hsv_h: 0, hsv_s: 0, hsv_v: 0, flipud: 0.5, degrees: 10, shear: 5 };
    let looked = 0;
    for (let index = 0; index < 60; index++) {
      const recipe = drawRecipe(
        { seed: 1, attempt: 0, epoch: 0, index: index % 3, count: 3 },
        {
          ...options,
          ...(index % 2 ? { mosaic: 0 } : {}),
        },
      );
      const { pixels, boxes } = sample({ ...recipe, flipX: index % 4 === 0 });
      const classes = [...boxes].filter((_, i) => i % BOX === 0);
      for (const [i, cls] of classes.entries()) {
        // A class that occurs twice can't be told apart by its colour.
        if (recipe.layers[0]!.pictures.filter((p) => p === cls).length > 1) continue;
        const [x1, y1, x2, y2] = corners(boxes, i);
        const [a, b, c, d] = boundsOf(pixels, cls);
        // Rotated rectangles have larger upright bounds once their corners are cut off, never smaller ones.
        expect(a - x1!).toBeGreaterThan(-1.5);
        expect(b - y1!).toBeGreaterThan(-1.5);
        expect(x2! - c).toBeGreaterThan(-1.5);
        expect(y2! - d).toBeGreaterThan(-1.5);
        expect((c - a) * (d - b)).toBeGreaterThan(0.6 * (x2! - x1!) * (y2! - y1!));
        looked++;
      }
    }
    expect(looked).toBeGreaterThan(40);
  });

  test('a box that is mostly cut off is dropped, one that is mostly there is clipped', () => {
    const shifted = (centreX: number) =>
      sample({
        ...STILL,
        layers: [{ ...STILL.layers[0]!, affine: { ...STILL.layers[0]!.affine, centreX } }],
      }).boxes;
    // 50 pixels wide from x = 20: 4 of them are left.
    expect(shifted(0.5 - 66 / SIDE)).toHaveLength(0);
    expectClose(corners(shifted(0.5 - 40 / SIDE)), [0, 30, 30, 60], 1e-3);
  });

  test('mixup shows both pictures and keeps all boxes', () => {
    const second = { ...STILL.layers[0]!, pictures: [1] };
    const { pixels, boxes } = sample({ ...STILL, layers: [STILL.layers[0]!, second], blend: 0.75 });
    expect(boxes).toHaveLength(2 * BOX);
    const red = 35 * SIDE + 25;
    const green = SIDE * SIDE + 80 * SIDE + 80;
    expect(pixels[red]).toBeCloseTo(0.75, 2);
    expect(pixels[green]).toBeCloseTo(0.25, 2);
  });

  test('hue, saturation and value', () => {
    const coloured = (hsv: Recipe['hsv']) => {
      const { pixels } = sample({ ...STILL, hsv });
      const at = 35 * SIDE + 25;
      return COLOURS.map((c) => pixels[at + c * SIDE * SIDE]!);
    };
    expectClose(coloured({ hue: 120, saturation: 1, value: 1 }), [0, 1, 0], 0.005);
    expectClose(coloured({ hue: -60, saturation: 1, value: 1 }), [1, 0, 1], 0.005);
    expectClose(coloured({ hue: 0, saturation: 0.5, value: 1 }), [1, 0.5, 0.5], 0.005);
    expectClose(coloured({ hue: 0, saturation: 1, value: 0.6 }), [0.6, 0, 0], 0.005);
    expectClose(coloured({ hue: 0, saturation: 1.7, value: 1.4 }), [1, 0, 0], 0.005);
  });
});

describe('a recipe', () => {
  test('hangs on its key alone and differs with every part of it', () => {
    const key = { seed: 3, attempt: 0, epoch: 2, index: 5, count: 10 };
    expect(drawRecipe(key, ULTRALYTICS_DEFAULTS)).toEqual(drawRecipe(key, ULTRALYTICS_DEFAULTS));
    for (const change of [{ seed: 4 }, { attempt: 1 }, { epoch: 3 }, { index: 6 }]) {
      expect(drawRecipe({ ...key, ...change }, ULTRALYTICS_DEFAULTS)).not.toEqual(
        drawRecipe(key, ULTRALYTICS_DEFAULTS),
      );
    }
  });

  test('keeps to the ranges of the options', () => {
    const drawn = Array.from({ length: 500 }, (_, index) =>
      drawRecipe({ seed: 0, attempt: 0, epoch: 0, index, count: 500 }, { ...ULTRALYTICS_DEFAULTS, mixup: 0.2 }),
    );
    const range = (pick: (recipe: Recipe) => number) => {
      const all = drawn.map(pick);
      return [Math.min(...all), Math.max(...all)];
    };
    const within = (found: number[], low: number, high: number) => {
      expect(found[0]).toBeGreaterThanOrEqual(low);
      expect(found[1]).toBeLessThanOrEqual(high);
      // Nearly all of it is used.
      expect(found[1]! - found[0]!).toBeGreaterThan(0.95 * (high - low));
    };
    within(
      range((r) => r.layers[0]!.affine.scale),
      0.5,
      1.5,
    );
    within(
      range((r) => r.layers[0]!.affine.centreX),
      0.4,
      0.6,
    );
    within(
      range((r) => r.layers[0]!.meeting!.x),
      0.5,
      1.5,
    );
    within(
      range((r) => r.hsv.saturation),
      0.3,
      1.7,
    );
    within(
      range((r) => r.hsv.value),
      0.6,
      1.4,
    );
    within(
      range((r) => r.hsv.hue),
      -5.4,
      5.4,
    );
    expect(drawn.filter((r) => r.flipX).length / 500).toBeCloseTo(0.5, 1);
    expect(drawn.filter((r) => r.layers.length === 2).length / 500).toBeCloseTo(0.2, 1);
    expect(drawn.every((r) => r.layers[0]!.affine.angle === 0 && !r.flipY)).toBe(true);
  });
});
