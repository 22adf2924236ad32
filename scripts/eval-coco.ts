import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CocoFormatError, parseCocoDetections, parseCocoGroundTruth } from '../steps/yolo/metrics/coco-dataset.ts';
import { cocoEval } from '../steps/yolo/metrics/coco-eval.ts';

// npm run eval:coco -- --gt gt.json --dt dt.json [--output table|json]
// Imports nothing of the engine, so that Node runs it as it stands, without the bundle.

const USAGE = `Usage: npm run eval:coco -- --gt FILE --dt FILE [--output table|json]

Scores COCO detections (a list of { image_id, category_id, bbox, score }) against COCO annotations with COCOeval's rules for boxes.

  --gt FILE       ground truth: { images, annotations, categories }
  --dt FILE       detections
  --output KIND   table (default), or json: { "stats": [the twelve figures in COCOeval's order] }; -1 where a figure is undefined
  --help          this text
`;

/** A wrong call or a wrong file: exit 2. */
class UsageError extends Error {
  readonly code: 'ERR_PARAMS' | 'ERR_FILE_NOT_FOUND' | 'ERR_INPUT';
  readonly hint: string;
  constructor(code: UsageError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

interface Call {
  readonly gt: string;
  readonly dt: string;
  readonly output: 'table' | 'json';
}

function parseCall(): Call | 'help' {
  const see = 'npm run eval:coco -- --help shows the call.';
  let values: { gt?: string; dt?: string; output?: string; help?: boolean };
  try {
    const text = { type: 'string' } as const;
    ({ values } = parseArgs({ options: { gt: text, dt: text, output: text, help: { type: 'boolean' } } }));
  } catch (error) {
    throw new UsageError('ERR_PARAMS', error instanceof Error ? error.message : String(error), see);
  }
  if (values.help) return 'help';
  const { gt, dt, output = 'table' } = values;
  if (!gt || !dt) throw new UsageError('ERR_PARAMS', `--${gt ? 'dt' : 'gt'} is missing.`, see);
  if (output !== 'table' && output !== 'json') {
    throw new UsageError('ERR_PARAMS', `--output ${output} is not known.`, 'It is table or json.');
  }
  return { gt, dt, output };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      throw new UsageError(
        'ERR_FILE_NOT_FOUND',
        `File ${path} does not exist.`,
        'Check the path; a relative one counts from the current folder.',
      );
    }
    throw new UsageError('ERR_INPUT', `${path} could not be read: ${error.message}.`, 'It must be a readable file.');
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      'ERR_INPUT',
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
      'Check that the whole file was written.',
    );
  }
}

async function score({ gt, dt }: Call): Promise<readonly number[]> {
  const truth = parseCocoGroundTruth(await readJson(gt), gt);
  return cocoEval(truth, parseCocoDetections(await readJson(dt), dt, truth)).stats;
}

/** What each figure says, in COCOeval's order: figure, IoU, area, detections a picture and category. */
const ROWS = [
  ['Average precision', '0.50:0.95', 'all', 100],
  ['Average precision', '0.50', 'all', 100],
  ['Average precision', '0.75', 'all', 100],
  ['Average precision', '0.50:0.95', 'small', 100],
  ['Average precision', '0.50:0.95', 'medium', 100],
  ['Average precision', '0.50:0.95', 'large', 100],
  ['Average recall', '0.50:0.95', 'all', 1],
  ['Average recall', '0.50:0.95', 'all', 10],
  ['Average recall', '0.50:0.95', 'all', 100],
  ['Average recall', '0.50:0.95', 'small', 100],
  ['Average recall', '0.50:0.95', 'medium', 100],
  ['Average recall', '0.50:0.95', 'large', 100],
] as const;

function table(stats: readonly number[]): string {
  const line = (cells: readonly string[]): string =>
    [18, 10, 7, 4, 7].map((width, i) => (i < 3 ? cells[i]!.padEnd(width) : cells[i]!.padStart(width))).join(' ');
  const rows = ROWS.map(([figure, iou, area, limit], i) => {
    const value = stats[i]!;
    return line([figure, iou, area, String(limit), value === -1 ? '–' : value.toFixed(4)]);
  });
  return [line(['Figure', 'IoU', 'Area', 'Max', 'Value']), ...rows].join('\n');
}

function explain(error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  if (error instanceof CocoFormatError) {
    return new UsageError('ERR_INPUT', error.message, 'The format is described at cocodataset.org, "Data format".');
  }
  throw error;
}

try {
  const call = parseCall();
  if (call === 'help') process.stdout.write(USAGE);
  else {
    const stats = await score(call);
    process.stdout.write(`${call.output === 'json' ? JSON.stringify({ stats }) : table(stats)}\n`);
  }
} catch (error) {
  const { code, message, hint } = explain(error);
  const asJson = process.argv.some(
    (word, i) => word === '--output=json' || (word === 'json' && process.argv[i - 1] === '--output'),
  );
  process.stderr.write(
    asJson ? `${JSON.stringify({ error: { code, message, hint } })}\n` : `${code}: ${message}\n${hint}\n`,
  );
  process.exitCode = 2;
}
