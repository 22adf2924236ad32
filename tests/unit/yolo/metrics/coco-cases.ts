/** A pair of COCO documents as they stand in files. */
export interface CocoCase {
  readonly name: string;
  readonly gt: {
    readonly images: readonly { readonly id: number; readonly width: number; readonly height: number }[];
    readonly annotations: readonly CocoAnnotation[];
    readonly categories: readonly { readonly id: number; readonly name: string }[];
  };
  readonly dt: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly number[];
    readonly score: number;
  }[];
}

interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly number[];
  readonly area: number;
  readonly iscrowd: 0 | 1;
}

export interface CaseOptions {
  readonly seed: number;
  readonly images: number;
  readonly categories: number;
  /** Labels a picture, at most. */
  readonly labels: number;
  /** False finds a picture, at most, beside the labels found again. */
  readonly noise: number;
  /** Part of the labels that are crowds. */
  readonly crowds?: number;
  /** Scores are rounded to this many steps: few make many ties. */
  readonly scoreSteps?: number;
  /** Coordinates are rounded to whole pixels: overlaps tie, and fall exactly on thresholds. */
  readonly whole?: boolean;
  /** Find each label at all only with this chance. */
  readonly found?: number;
}

/** mulberry32: 0 ≤ x < 1. The cases must be the same everywhere, for ever: the golden figures hang on them. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WIDTH = 640;
const HEIGHT = 480;

/** Random labels, and detections that find most of them roughly, some twice, some as another class, beside pure noise. */
export function makeCocoCase(name: string, options: CaseOptions): CocoCase {
  const { crowds = 0, scoreSteps = 1e6, whole = false, found = 0.8 } = options;
  const random = randomNumbers(options.seed);
  const upTo = (n: number): number => Math.floor(random() * (n + 1));
  const pixel = (value: number): number => (whole ? Math.round(value) : Math.round(value * 100) / 100);
  const score = (value: number): number => Math.round(value * scoreSteps) / scoreSteps;
  // Ids with gaps, out of order, as real files have them.
  const images = Array.from({ length: options.images }, (_, i) => ({
    id: ((i * 7919) % 100_003) + 1,
    width: WIDTH,
    height: HEIGHT,
  }));
  const categories = Array.from({ length: options.categories }, (_, i) => ({ id: 3 * i + 1, name: `class ${i}` }));
  const annotations: CocoAnnotation[] = [];
  const dt: CocoCase['dt'][number][] = [];
  const anyCategory = (): number => categories[upTo(categories.length - 1)]!.id;
  const anyBox = (): number[] => {
    const size = 4 * 2 ** (random() * 6.5);
    const [width, height] = [pixel(size * (0.5 + random())), pixel(size * (0.5 + random()))];
    return [
      pixel(random() * (WIDTH - width)),
      pixel(random() * (HEIGHT - height)),
      Math.max(width, 1),
      Math.max(height, 1),
    ];
  };
  for (const { id: image } of images) {
    for (let n = upTo(options.labels); n > 0; n--) {
      const bbox = anyBox();
      const category = anyCategory();
      const crowd = random() < crowds;
      // Areas are those of the outline in real files: less than the box.
      const area = bbox[2]! * bbox[3]! * (0.5 + random() / 2);
      annotations.push({
        id: annotations.length + 1,
        image_id: image,
        category_id: category,
        bbox,
        area,
        iscrowd: crowd ? 1 : 0,
      });
      for (let copies = random() < found ? 1 + Number(random() < 0.3) : 0; copies > 0; copies--) {
        const jitter = random() * 0.4;
        const near = bbox.map((value, i) => pixel(value + (random() - 0.5) * jitter * bbox[2 + (i % 2)]!));
        const bounded = near.map((value, i) => (i < 2 ? value : Math.max(value, 1)));
        const called = random() < 0.9 ? category : anyCategory();
        dt.push({ image_id: image, category_id: called, bbox: bounded, score: score(0.3 + 0.7 * random()) });
      }
    }
    for (let n = upTo(options.noise); n > 0; n--) {
      dt.push({ image_id: image, category_id: anyCategory(), bbox: anyBox(), score: score(random() * 0.7) });
    }
  }
  return { name, gt: { images, annotations, categories }, dt };
}

/** The cases whose figures stand in the golden file. */
export function goldenCases(): readonly CocoCase[] {
  const random = [1, 2, 3, 4, 5, 6].map((seed) =>
    makeCocoCase(`random, seed ${seed}`, { seed, images: 20, categories: 4, labels: 6, noise: 8 }),
  );
  const some = { images: 12, categories: 3, labels: 5, noise: 5 };
  const plain = makeCocoCase('plain', { seed: 30, ...some });
  return [
    ...random,
    makeCocoCase('crowds', { seed: 11, ...some, crowds: 0.4 }),
    makeCocoCase('only crowds', { seed: 12, ...some, crowds: 1 }),
    makeCocoCase('tied scores', { seed: 13, ...some, images: 40, scoreSteps: 3 }),
    makeCocoCase('one score for all', { seed: 14, ...some, images: 40, scoreSteps: 1 }),
    makeCocoCase('whole pixels, tied overlaps', { seed: 15, ...some, images: 40, whole: true, scoreSteps: 10 }),
    makeCocoCase('more than 100 detections a picture', { seed: 16, images: 4, categories: 1, labels: 30, noise: 300 }),
    makeCocoCase('many classes, few labels', { seed: 17, images: 30, categories: 40, labels: 3, noise: 4 }),
    makeCocoCase('crowds, ties and whole pixels', {
      seed: 18,
      ...some,
      images: 60,
      crowds: 0.2,
      scoreSteps: 5,
      whole: true,
    }),
    makeCocoCase('nothing found where something is', { seed: 19, ...some, found: 0, noise: 1 }),
    makeCocoCase('no labels at all', { seed: 20, ...some, labels: 0 }),
    {
      ...plain,
      name: 'categories that no picture has',
      gt: { ...plain.gt, categories: [{ id: 2, name: 'rare' }, ...plain.gt.categories, { id: 99, name: 'none' }] },
    },
    {
      ...plain,
      name: 'detections of an unknown category',
      dt: [...plain.dt, { ...plain.dt[0]!, category_id: 777, score: 1 }],
    },
    {
      ...plain,
      name: 'an annotation of id 0',
      gt: { ...plain.gt, annotations: plain.gt.annotations.map((a) => ({ ...a, id: a.id - 1 })) },
    },
    {
      ...plain,
      name: 'boxes without area',
      dt: plain.dt.map((d, i) => (i % 3 ? d : { ...d, bbox: [d.bbox[0]!, d.bbox[1]!, 0, d.bbox[3]!] })),
    },
  ];
}
