/** One found box, in pixels of the original picture. */
export interface Detection {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** 0 to 1. */
  readonly score: number;
  /** Index into the class names. */
  readonly cls: number;
}

/** One labelled box, in pixels of the original picture. */
export interface GroundTruth {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly cls: number;
}

/** Summary figures under Ultralytics' names, at the confidence of the best mean F1 where one is needed. */
export interface DetectionMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly mAP50: number;
  readonly mAP50_95: number;
  readonly f1: number;
  /** Confidence at which precision, recall and F1 are taken. */
  readonly confidence: number;
  readonly perClass: readonly {
    readonly name: string;
    readonly images: number;
    readonly instances: number;
    readonly precision: number;
    readonly recall: number;
    readonly mAP50: number;
    readonly mAP50_95: number;
  }[];
}
