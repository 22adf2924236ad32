import { input } from '../nn/value.ts';
import type { Architecture, ModelScale } from './detector.ts';
import { recordingLayers } from './recording-layers.ts';
import { classWidthFor, yolov8Heads } from './yolov8-heads.ts';

export interface Yolov8Options {
  readonly scale: ModelScale;
  /** Class names, in the order of the label files' numbers. */
  readonly names: readonly string[];
  /** Channels of the class branch, where weights bring their own (those of 80 classes keep 80 when one class is left). Default: by the number of classes. */
  readonly classWidth?: number;
}

/**
 * YOLOv8 in one of its five sizes: parameters under Ultralytics' names, shapes, and what one forward pass costs.
 *
 *     const architecture = yolov8({ scale: 'n', names: ['person'] });
 */
export function yolov8({ scale, names, classWidth = classWidthFor(scale, names.length) }: Yolov8Options): Architecture {
  const plan = { scale, classes: names.length, classWidth };
  const record = (imgsz: number): ReturnType<typeof recordingLayers> => {
    const layers = recordingLayers();
    yolov8Heads(input('images', [1, 3, imgsz, imgsz]), layers, plan);
    return layers;
  };
  return Object.freeze({
    model: `yolov8${scale}`,
    scale,
    classWidth,
    names: Object.freeze([...names]),
    // Any size that five halvings divide gives the same parameters.
    parameters: Object.freeze(record(32).parameters),
    strides: Object.freeze([8, 16, 32]),
    regMax: 16,
    flops: (imgsz: number) => record(imgsz).flops,
  });
}
