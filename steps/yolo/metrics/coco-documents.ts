import type { ValidatedImage } from './validate.ts';

/** The split and what was found on it as COCO's two files. */
export interface CocoDocuments {
  readonly gt: {
    readonly images: readonly {
      readonly id: number;
      readonly file_name: string;
      readonly width: number;
      readonly height: number;
    }[];
    readonly annotations: readonly {
      readonly id: number;
      readonly image_id: number;
      readonly category_id: number;
      readonly bbox: readonly number[];
      readonly area: number;
      readonly iscrowd: 0;
    }[];
    readonly categories: readonly { readonly id: number; readonly name: string }[];
  };
  readonly dt: readonly {
    readonly image_id: number;
    readonly category_id: number;
    /** x, y, width, height in pixels, three decimals. */
    readonly bbox: readonly number[];
    /** Five decimals. */
    readonly score: number;
  }[];
}

/** Ids count from 1: 0 reads as "no match" in pycocotools. Where every name is a number (COCO's own pictures) that number is the picture's id. */
export function cocoDocuments(images: readonly ValidatedImage[], names: readonly string[]): CocoDocuments {
  const numbers = images.map(({ name }) => (/^\d{1,15}$/.test(name) ? Number(name) : 0));
  const numbered = numbers.every((id) => id > 0) && new Set(numbers).size === images.length;
  const idOf = (index: number): number => (numbered ? numbers[index]! : index + 1);
  let annotations = 0;
  return {
    gt: {
      images: images.map(({ fileName, width, height }, i) => ({ id: idOf(i), file_name: fileName, width, height })),
      annotations: images.flatMap(({ truths }, i) =>
        truths.map(({ x1, y1, x2, y2, cls }) => {
          annotations += 1;
          const bbox = [x1, y1, x2 - x1, y2 - y1];
          return {
            id: annotations,
            image_id: idOf(i),
            category_id: cls + 1,
            bbox,
            area: bbox[2]! * bbox[3]!,
            iscrowd: 0 as const,
          };
        }),
      ),
      categories: names.map((name, cls) => ({ id: cls + 1, name })),
    },
    dt: images.flatMap(({ detections }, i) =>
      detections.map(({ x1, y1, x2, y2, cls, score }) => ({
        image_id: idOf(i),
        category_id: cls + 1,
        bbox: [x1, y1, x2 - x1, y2 - y1].map((value) => round(value, 3)),
        score: round(score, 5),
      })),
    ),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
