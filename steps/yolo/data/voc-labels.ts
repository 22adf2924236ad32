import type { LabelRow } from './opened-source.ts';
import type { Finding } from './prepared-dataset.ts';
import { formatBox } from './yolo-labels.ts';

/** One annotation file, its classes still names. */
export interface VocAnnotation {
  readonly objects: readonly { readonly name: string; readonly box: string }[];
  readonly findings: readonly Finding[];
  readonly usable: boolean;
}

interface VocObject {
  readonly name?: unknown;
  readonly difficult?: unknown;
  readonly bndbox?: Readonly<Record<string, unknown>>;
}

/**
 * The boxes of one Pascal VOC annotation: `(xmin + xmax) / 2 / width …` with the file's own `<size>`. Corners are taken as edges, as today's labelling tools
 * write them (the 2007 devkit counted pixels from 1). Objects marked `difficult` are left out, as the VOC evaluation and Ultralytics' converter do.
 *
 * @param file names the annotation in findings.
 * @param sizeOf size of the picture, asked only when the file has none.
 */
export async function readVocLabels(
  xml: string,
  file: string,
  sizeOf: () => Promise<{ readonly width: number; readonly height: number }>,
): Promise<VocAnnotation> {
  const broken = (message: string): VocAnnotation => ({
    objects: [],
    findings: [{ severity: 'error', code: 'malformed-row', message: `${message}; picture left out`, file }],
    usable: false,
  });
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) return broken(`no well-formed XML: ${valid.err.msg} (line ${valid.err.line})`);
  // Only <annotation> · <object> repeats; entities other than XML's own five are left as text.
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object' });
  const { annotation } = parser.parse(xml) as { annotation?: { size?: Record<string, unknown>; object?: VocObject[] } };
  if (annotation === undefined) return broken('no <annotation> in it');
  const stated = { width: Number(annotation.size?.['width']), height: Number(annotation.size?.['height']) };
  const { width, height } = stated.width > 0 && stated.height > 0 ? stated : await sizeOf();
  if (!(width > 0 && height > 0)) return broken('no <size> in it, and the picture has none either');

  const objects: { name: string; box: string }[] = [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  let usable = true;
  for (const [index, object] of (annotation.object ?? []).entries()) {
    if (Number(object.difficult) === 1) continue;
    const verdict = readObject(object, width, height);
    const number = `object ${index + 1}: `;
    if ('problem' in verdict) {
      findings.push({ severity: 'error', code: verdict.problem, message: number + verdict.message, file });
      if (verdict.problem !== 'zero-area-box') usable = false;
    } else if (seen.has(`${verdict.name} ${verdict.box}`)) {
      const message = `${number}is there twice; used once`;
      findings.push({ severity: 'error', code: 'duplicate-row', message, file });
    } else {
      seen.add(`${verdict.name} ${verdict.box}`);
      objects.push(verdict);
    }
  }
  return { objects, findings, usable };
}

/** Numbers for names, once all the names are known. */
export function numberObjects(
  annotation: VocAnnotation,
  names: readonly string[],
  file: string,
): { readonly rows: readonly LabelRow[]; readonly findings: readonly Finding[]; readonly usable: boolean } {
  const rows: LabelRow[] = [];
  const findings = [...annotation.findings];
  let { usable } = annotation;
  for (const { name, box } of annotation.objects) {
    const cls = names.indexOf(name);
    if (cls >= 0) rows.push({ cls, box });
    else {
      usable = false;
      const message = `class ${name} is not one of ${names.join(', ')}; picture left out`;
      findings.push({ severity: 'error', code: 'class-out-of-range', message, file });
    }
  }
  return { rows, findings, usable };
}

type Verdict =
  | { readonly name: string; readonly box: string }
  | { readonly problem: 'malformed-row' | 'out-of-range' | 'zero-area-box'; readonly message: string };

function readObject(object: VocObject, width: number, height: number): Verdict {
  const corners = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => {
    const text = object.bndbox?.[side];
    return typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  });
  const [x1, y1, x2, y2] = corners as [number, number, number, number];
  if (typeof object.name !== 'string' || corners.some(Number.isNaN)) {
    return { problem: 'malformed-row', message: 'no name, or no four corners; picture left out' };
  }
  if (x2 <= x1 || y2 <= y1) {
    return { problem: 'zero-area-box', message: `the box is ${x2 - x1} × ${y2 - y1} pixels; row left out` };
  }
  const slack = 0.01;
  if (x1 < -slack * width || y1 < -slack * height || x2 > width * (1 + slack) || y2 > height * (1 + slack)) {
    const message = `${corners.join(', ')} lies outside ${width} × ${height} pixels; picture left out`;
    return { problem: 'out-of-range', message };
  }
  const box = formatBox([(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height]);
  return { name: object.name, box };
}
