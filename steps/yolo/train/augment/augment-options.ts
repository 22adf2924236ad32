/** How far pictures are changed; names, ranges and defaults are Ultralytics'. */
export interface AugmentOptions {
  /** Largest hue shift, as a share of the half circle. */
  readonly hsv_h: number;
  /** Largest relative change of saturation. */
  readonly hsv_s: number;
  /** Largest relative change of brightness. */
  readonly hsv_v: number;
  /** Largest rotation, degrees. */
  readonly degrees: number;
  /** Largest shift, as a share of the picture. */
  readonly translate: number;
  /** Largest relative change of size. */
  readonly scale: number;
  /** Largest shear, degrees. */
  readonly shear: number;
  /** Probability of a left-right flip. */
  readonly fliplr: number;
  /** Probability of an up-down flip. */
  readonly flipud: number;
  /** Probability that a picture is put together from four. */
  readonly mosaic: number;
  /** Probability that a second picture is blended in. */
  readonly mixup: number;
}
