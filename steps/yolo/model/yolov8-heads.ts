import { add } from '../nn/ops/arithmetic.ts';
import { concat, split } from '../nn/ops/pieces.ts';
import { maxPool, upsample2x } from '../nn/ops/pool.ts';
import { staticShape, type Value } from '../nn/value.ts';
import type { ModelScale } from './detector.ts';
import type { Layers } from './layers.ts';

/** Depth multiple (of repeats), width multiple (of channels) and the largest number of channels before the width multiple. */
const SCALES: Readonly<Record<ModelScale, { depth: number; width: number; most: number }>> = {
  n: { depth: 1 / 3, width: 0.25, most: 1024 },
  s: { depth: 1 / 3, width: 0.5, most: 1024 },
  m: { depth: 2 / 3, width: 0.75, most: 768 },
  l: { depth: 1, width: 1, most: 512 },
  x: { depth: 1, width: 1.25, most: 512 },
};

/** Bins of the distance distribution of each box side (Li et al. 2020, Generalized Focal Loss). */
export const REG_MAX = 16;

export interface HeadPlan {
  readonly scale: ModelScale;
  readonly classes: number;
  readonly classWidth: number;
}

/** What the network says at one stride. */
export interface Head {
  /** Logits of the distances left, top, right, bottom: [N, 4 × 16, h, w]. */
  readonly box: Value;
  /** Class logits: [N, classes, h, w]. */
  readonly cls: Value;
}

/** Channels at this scale, a multiple of 8. */
function widthOf(scale: ModelScale, channels: number): number {
  const { width, most } = SCALES[scale];
  return Math.ceil((Math.min(channels, most) * width) / 8) * 8;
}

/** Width that Ultralytics gives the class branch: that of the first head, or the number of classes if that is more (100 at most). */
export function classWidthFor(scale: ModelScale, classes: number): number {
  return Math.max(widthOf(scale, 256), Math.min(classes, 100));
}

/**
 * YOLOv8 (Ultralytics 2023): images [N, 3, H, W] to three heads at strides 8, 16 and 32. Layer numbers are Ultralytics', since parameters are named by them.
 * H and W are multiples of 32.
 */
export function yolov8Heads(images: Value, layers: Layers, { scale, classes, classWidth }: HeadPlan): Head[] {
  const width = (channels: number): number => widthOf(scale, channels);
  const repeats = (n: number): number => Math.max(Math.round(n * SCALES[scale].depth), 1);
  const down = (x: Value, i: number, channels: number): Value =>
    layers.block(x, { name: `model.${i}`, out: width(channels), k: 3, stride: 2 });
  const stage = (x: Value, i: number, channels: number, n: number, shortcut: boolean): Value =>
    c2f(x, layers, { name: `model.${i}`, out: width(channels), repeats: repeats(n), shortcut });

  const p2 = stage(down(down(images, 0, 64), 1, 128), 2, 128, 3, true);
  const p3 = stage(down(p2, 3, 256), 4, 256, 6, true);
  const p4 = stage(down(p3, 5, 512), 6, 512, 6, true);
  const p5 = sppf(stage(down(p4, 7, 1024), 8, 1024, 3, true), layers, 'model.9', width(1024));

  const up4 = stage(concat([upsample2x(p5), p4], 1), 12, 512, 3, false);
  const out3 = stage(concat([upsample2x(up4), p3], 1), 15, 256, 3, false);
  const out4 = stage(concat([down(out3, 16, 256), up4], 1), 18, 512, 3, false);
  const out5 = stage(concat([down(out4, 19, 512), p5], 1), 21, 1024, 3, false);

  const boxWidth = Math.max(16, width(256) / 4, 4 * REG_MAX);
  return [out3, out4, out5].map((x, i) => ({
    box: branch(x, layers, { name: `model.22.cv2.${i}`, width: boxWidth, out: 4 * REG_MAX }),
    cls: branch(x, layers, { name: `model.22.cv3.${i}`, width: classWidth, out: classes }),
  }));
}

/** Cross-stage block: half of the channels runs through `repeats` bottlenecks, and every intermediate result goes into the last convolution. */
function c2f(
  x: Value,
  layers: Layers,
  { name, out, repeats, shortcut }: { name: string; out: number; repeats: number; shortcut: boolean },
): Value {
  const hidden = out / 2;
  const parts = [...split(layers.block(x, { name: `${name}.cv1`, out: 2 * hidden, k: 1 }), 1, [hidden, hidden])];
  for (let i = 0; i < repeats; i++) {
    const before = parts.at(-1)!;
    const first = layers.block(before, { name: `${name}.m.${i}.cv1`, out: hidden, k: 3 });
    const second = layers.block(first, { name: `${name}.m.${i}.cv2`, out: hidden, k: 3 });
    parts.push(shortcut ? add(before, second) : second);
  }
  return layers.block(concat(parts, 1), { name: `${name}.cv2`, out, k: 1 });
}

/** Spatial pyramid pooling: three 5 × 5 maxima in a row see 5, 9 and 13 pixels. */
function sppf(x: Value, layers: Layers, name: string, out: number): Value {
  const a = layers.block(x, { name: `${name}.cv1`, out: staticShape(x)[1]! / 2, k: 1 });
  const b = maxPool(a, 5);
  const c = maxPool(b, 5);
  return layers.block(concat([a, b, c, maxPool(c, 5)], 1), { name: `${name}.cv2`, out, k: 1 });
}

function branch(x: Value, layers: Layers, { name, width, out }: { name: string; width: number; out: number }): Value {
  const first = layers.block(x, { name: `${name}.0`, out: width, k: 3 });
  const second = layers.block(first, { name: `${name}.1`, out: width, k: 3 });
  return layers.plain(second, { name: `${name}.2`, out, k: 1 });
}
