import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCocoDetections, parseCocoGroundTruth } from '../steps/yolo/metrics/coco-dataset.ts';
import { cocoEval } from '../steps/yolo/metrics/coco-eval.ts';
import type { OracleResult } from '../tests/oracle/score-with-pycocotools.ts';
import { makeCocoCase } from '../tests/unit/yolo/metrics/coco-cases.ts';

// The claim: COCO evaluation of 5,000 pictures takes no longer than pycocotools. Run: node bench/coco-eval.ts [pictures]
// Set SLUICE_ORACLE_PYTHON to a Python with pycocotools to run it beside; it gets the same files, and its figures must be the same.

const images = Number(process.argv[2] ?? 5000);
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const files = { gt: join(folder, 'gt.json'), dt: join(folder, 'dt.json') };
try {
  // COCO val2017 in numbers: 80 classes, 7 labels a picture; 100 detections a picture, which is the bound.
  const { gt, dt } = makeCocoCase('bench', { seed: 1, images, categories: 80, labels: 14, noise: 186 });
  writeFileSync(files.gt, JSON.stringify(gt));
  writeFileSync(files.dt, JSON.stringify(dt));
  console.log(`${images} pictures, ${gt.annotations.length} labels, ${dt.length} detections, 80 classes\n`);

  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    const truth = parseCocoGroundTruth(JSON.parse(readFileSync(files.gt, 'utf8')), files.gt);
    const detections = parseCocoDetections(JSON.parse(readFileSync(files.dt, 'utf8')), files.dt, truth);
    const loaded = performance.now();
    const { stats } = cocoEval(truth, detections);
    return { load: (loaded - start) / 1000, evaluate: (performance.now() - loaded) / 1000, stats };
  });
  const [, ours] = runs.toSorted((a, b) => a.load + a.evaluate - b.load - b.evaluate);
  const rows: [name: string, load: number, evaluate: number][] = [['Sluice (median of 3)', ours!.load, ours!.evaluate]];

  const python = process.env['SLUICE_ORACLE_PYTHON'];
  if (python) {
    const list = join(folder, 'cases.json');
    writeFileSync(list, JSON.stringify([files]));
    const script = fileURLToPath(new URL('../tests/oracle/coco_stats.py', import.meta.url));
    const [peer] = JSON.parse(execFileSync(python, [script, list], { encoding: 'utf8' })) as OracleResult[];
    const { load, evaluate, accumulate } = peer!.seconds;
    rows.push(['pycocotools (once)', load, evaluate + accumulate]);
    const apart = Math.max(...peer!.stats.map((value, i) => Math.abs(value - ours!.stats[i]!)));
    console.log(`largest difference of the twelve figures: ${apart}\n`);
  }
  console.log('                        load s   evaluate s   all s');
  for (const [name, load, evaluate] of rows) {
    const cells = [load, evaluate, load + evaluate].map((s) => s.toFixed(2).padStart(9));
    console.log(`${name.padEnd(20)} ${cells.join('   ')}`);
  }
  const [sluice, peer] = rows;
  if (peer)
    console.log(`\npycocotools takes ${((peer[1] + peer[2]) / (sluice![1] + sluice![2])).toFixed(1)} times as long.`);
  else console.log('\npycocotools was not run: set SLUICE_ORACLE_PYTHON.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
