/** COCO boxes in flat arrays: row i is `boxes[4 i …]` = x, y, width, height in pixels. Ids as in the files. */
interface CocoRows {
  readonly image: Float64Array;
  readonly category: Float64Array;
  /** [rows × 4] */
  readonly boxes: Float64Array;
}

export interface CocoGroundTruth extends CocoRows {
  readonly id: Float64Array;
  readonly area: Float64Array;
  readonly crowd: Uint8Array;
  /** Every picture and category of the file, without repetition, rising. */
  readonly images: readonly number[];
  readonly categories: readonly number[];
  readonly categoryNames: ReadonlyMap<number, string>;
}

export interface CocoDetections extends CocoRows {
  readonly score: Float64Array;
}

/** A file that is not what COCO defines; the message names the place. */
export class CocoFormatError extends Error {
  override readonly name = 'CocoFormatError';
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads `{ images, annotations, categories }`. An annotation needs id, image_id, category_id, bbox and area; iscrowd is 0 where absent.
 *
 * @param file names the document in errors.
 * @throws CocoFormatError
 */
export function parseCocoGroundTruth(document: unknown, file: string): CocoGroundTruth {
  const root = asObject(document, `${file}: the document`);
  const images = idsOf(root, 'images', file);
  const categories = idsOf(root, 'categories', file);
  const annotations = listOf(root, 'annotations', file);
  const rows = parseRows(annotations, (i) => `${file}: annotations[${i}]`);
  const columns = {
    id: new Float64Array(annotations.length),
    area: new Float64Array(annotations.length),
    crowd: new Uint8Array(annotations.length),
  };
  const seen = new Set<number>();
  for (const [i, annotation] of annotations.entries()) {
    const where = `${file}: annotations[${i}]`;
    const row = annotation as Json;
    const id = numberOf(row, 'id', where);
    if (seen.has(id)) throw new CocoFormatError(`${where}: id ${id} is given twice.`);
    seen.add(id);
    columns.id[i] = id;
    columns.area[i] = numberOf(row, 'area', where);
    columns.crowd[i] = row['iscrowd'] ? 1 : 0;
  }
  const categoryNames = new Map(
    listOf(root, 'categories', file).map((category) => {
      const { id, name } = category as { id: number; name?: unknown };
      return [id, typeof name === 'string' ? name : String(id)];
    }),
  );
  return { ...rows, ...columns, images, categories, categoryNames };
}

/**
 * Reads a list of `{ image_id, category_id, bbox, score }`. Unknown categories pass (they are not scored), unknown pictures do not.
 *
 * @throws CocoFormatError
 */
export function parseCocoDetections(document: unknown, file: string, truth: CocoGroundTruth): CocoDetections {
  if (!Array.isArray(document)) {
    throw new CocoFormatError(`${file}: detections must be a list of { image_id, category_id, bbox, score }.`);
  }
  const rows = parseRows(document, (i) => `${file}: [${i}]`);
  const score = new Float64Array(document.length);
  const known = new Set(truth.images);
  for (const [i, detection] of document.entries()) {
    score[i] = numberOf(detection as Json, 'score', `${file}: [${i}]`);
    if (!known.has(rows.image[i]!)) {
      throw new CocoFormatError(`${file}: [${i}]: image_id ${rows.image[i]} is not an image of the ground truth.`);
    }
  }
  return { ...rows, score };
}

function parseRows(list: readonly unknown[], where: (index: number) => string): CocoRows {
  const rows = {
    image: new Float64Array(list.length),
    category: new Float64Array(list.length),
    boxes: new Float64Array(4 * list.length),
  };
  for (const [i, item] of list.entries()) {
    const row = asObject(item, where(i));
    rows.image[i] = numberOf(row, 'image_id', where(i));
    rows.category[i] = numberOf(row, 'category_id', where(i));
    const box = row['bbox'];
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) {
      throw new CocoFormatError(`${where(i)}: bbox must be four numbers: x, y, width, height.`);
    }
    rows.boxes.set(box as number[], 4 * i);
  }
  return rows;
}

function idsOf(root: Json, key: string, file: string): number[] {
  const ids = listOf(root, key, file).map((item, i) => {
    const where = `${file}: ${key}[${i}]`;
    return numberOf(asObject(item, where), 'id', where);
  });
  return [...new Set(ids)].sort((a, b) => a - b);
}

function listOf(root: Json, key: string, file: string): readonly unknown[] {
  const list = root[key];
  if (!Array.isArray(list)) throw new CocoFormatError(`${file}: ${key} ${missingOr(list, 'must be a list')}.`);
  return list;
}

function asObject(value: unknown, where: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new CocoFormatError(`${where} must be an object.`);
  }
  return value as Json;
}

function numberOf(row: Json, key: string, where: string): number {
  const value = row[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new CocoFormatError(`${where}: ${key} ${missingOr(value, 'must be a number')}.`);
  }
  return value;
}

const missingOr = (value: unknown, otherwise: string): string => (value === undefined ? 'is missing' : otherwise);
