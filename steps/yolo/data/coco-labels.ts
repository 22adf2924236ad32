import { inputError } from 'sluice';
import type { Finding, FindingCode } from './prepared-dataset.ts';
import { formatBox } from './yolo-labels.ts';

/** One picture of a COCO JSON file, its classes still ids. */
export interface CocoPicture {
  /** `file_name` as it stands there. */
  readonly file: string;
  readonly boxes: readonly { readonly category: number; readonly box: string }[];
  readonly findings: readonly Finding[];
  readonly usable: boolean;
}

export interface CocoLabels {
  /** Names by id. */
  readonly categories: ReadonlyMap<number, string>;
  readonly pictures: readonly CocoPicture[];
  /** What belongs to no picture. */
  readonly findings: readonly Finding[];
}

interface CocoImage {
  readonly id?: unknown;
  readonly file_name?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
}

interface CocoAnnotation {
  readonly id?: unknown;
  readonly image_id?: unknown;
  readonly category_id?: unknown;
  readonly bbox?: unknown;
  readonly iscrowd?: unknown;
}

/** Share of a side by which a box may lie outside; exporters round. */
const SLACK = 0.01;

/**
 * The boxes of a COCO JSON file (https://cocodataset.org/#format-data): `bbox` is left, top, width, height in pixels. Crowds (`iscrowd: 1`) are left out, as
 * Ultralytics' converter does: their box is around many objects.
 *
 * @param file names the document in findings and errors.
 * @param sizeOf size of a picture by its `file_name`, asked only where the document has none.
 * @throws ERR_INPUT when the document is not COCO JSON.
 */
export async function readCocoLabels(
  text: string,
  file: string,
  sizeOf: (picture: string) => Promise<{ readonly width: number; readonly height: number }>,
): Promise<CocoLabels> {
  const { images, annotations, categories } = readDocument(text, file);
  const names = new Map(categories.map(({ id, name }) => [Number(id), String(name)]));
  const known = new Set(images.map(({ id }) => id));
  const byPicture = Map.groupBy(annotations, ({ image_id }) => image_id);
  const findings = annotations
    .filter(({ image_id }) => !known.has(image_id))
    .map(({ id, image_id }): Finding => {
      const message = `annotation ${id}: there is no picture ${image_id}; not used`;
      return { severity: 'warning', code: 'orphan-label', message, file };
    });
  const pictures: CocoPicture[] = [];
  for (const image of images) {
    const name = String(image.file_name);
    const stated = { width: Number(image.width), height: Number(image.height) };
    const size = stated.width > 0 && stated.height > 0 ? stated : await sizeOf(name);
    pictures.push(readPicture(byPicture.get(image.id) ?? [], { name, size, names, file }));
  }
  return { categories: names, pictures, findings };
}

interface Document {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoAnnotation[];
  readonly categories: readonly { readonly id?: unknown; readonly name?: unknown }[];
}

function readDocument(text: string, file: string): Document {
  const refuse = (problem: string): Error =>
    inputError(`${file} is not COCO JSON: ${problem}.`, 'It needs images, annotations and categories, each a list.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const root = (document ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of ['images', 'annotations', 'categories']) {
    const list = root[key];
    if (!Array.isArray(list)) throw refuse(list === undefined ? `${key} is missing` : `${key} is not a list`);
    if (!list.every((item) => typeof item === 'object' && item !== null)) throw refuse(`${key} holds no objects`);
  }
  const { images, annotations, categories } = root as unknown as Document;
  const nameless = images.findIndex(({ file_name }) => typeof file_name !== 'string');
  if (nameless >= 0) throw refuse(`images[${nameless}] has no file_name`);
  const unnamed = categories.findIndex(({ id, name }) => !Number.isInteger(id) || typeof name !== 'string');
  if (unnamed >= 0) throw refuse(`categories[${unnamed}] has no whole id or no name`);
  return { images, annotations, categories };
}

interface PictureFacts {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly names: ReadonlyMap<number, string>;
  readonly file: string;
}

function readPicture(annotations: readonly CocoAnnotation[], facts: PictureFacts): CocoPicture {
  const boxes: { category: number; box: string }[] = [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  let usable = true;
  for (const annotation of annotations) {
    if (Number(annotation.iscrowd) === 1) continue;
    const verdict = readAnnotation(annotation, facts);
    const say = (code: FindingCode, message: string): void => {
      const where = `annotation ${annotation.id} of ${facts.name}: `;
      findings.push({ severity: 'error', code, message: where + message, file: facts.file });
    };
    if ('problem' in verdict) {
      say(verdict.problem, verdict.message);
      if (verdict.problem !== 'zero-area-box') usable = false;
    } else if (seen.has(`${verdict.category} ${verdict.box}`)) {
      say('duplicate-row', 'is there twice; used once');
    } else {
      seen.add(`${verdict.category} ${verdict.box}`);
      boxes.push(verdict);
    }
  }
  return { file: facts.name, boxes, findings, usable };
}

type Verdict =
  | { readonly category: number; readonly box: string }
  | {
      readonly problem: 'malformed-row' | 'out-of-range' | 'zero-area-box' | 'class-out-of-range';
      readonly message: string;
    };

function readAnnotation({ bbox, category_id }: CocoAnnotation, { size, names }: PictureFacts): Verdict {
  const { width, height } = size;
  if (!(width > 0 && height > 0)) {
    return { problem: 'malformed-row', message: 'neither the file nor the picture says its size; picture left out' };
  }
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite)) {
    return { problem: 'malformed-row', message: 'bbox is not four numbers; picture left out' };
  }
  if (typeof category_id !== 'number' || !names.has(category_id)) {
    return { problem: 'class-out-of-range', message: `there is no category ${category_id}; picture left out` };
  }
  const [x, y, w, h] = bbox as [number, number, number, number];
  if (w <= 0 || h <= 0) {
    return { problem: 'zero-area-box', message: `the box is ${w} × ${h} pixels; row left out` };
  }
  const outside =
    x < -SLACK * width || y < -SLACK * height || x + w > width * (1 + SLACK) || y + h > height * (1 + SLACK);
  if (outside) {
    const message = `${bbox.join(', ')} lies outside ${width} × ${height} pixels; picture left out`;
    return { problem: 'out-of-range', message };
  }
  return { category: category_id, box: formatBox([(x + w / 2) / width, (y + h / 2) / height, w / width, h / height]) };
}
