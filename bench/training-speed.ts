/**
 * Training speed of YOLOv8n on the CPU: pictures per second of whole steps (forward, assignment, loss, backward, gradient norm, AdamW, running statistics) without
 * data loading, and the share of the time that is not onnxruntime's.
 *
 *   node --import ./dist/register.js bench/training-speed.ts [--size 320,416] [--batch 4,8] [--threads 1,2] [--steps 10]
 *
 * A figure is the median of the steps after two for warming up, with the fastest and the slowest beside it. The load average is printed because two threads on two
 * cores lose half of their speed to one other busy process.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { TrainBatch } from '../steps/yolo/model/detector.ts';
import { initialWeights } from '../steps/yolo/model/initial-weights.ts';
import { openTrainGraph } from '../steps/yolo/model/open-train-graph.ts';
import { yolov8 } from '../steps/yolo/model/yolov8.ts';
import { Random } from '../steps/yolo/nn/random.ts';
import { GradientSum } from '../steps/yolo/train/gradient-sum.ts';
import { adamW } from '../steps/yolo/train/optimizer.ts';
import { updateRunningStatistics } from '../steps/yolo/train/update-running-statistics.ts';

const WARM_UP = 2;
const BOXES_A_PICTURE = 5;
const CLIP = 10;

interface Setting {
  readonly size: number;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
}

async function measure({ size, batch, threads, steps }: Setting): Promise<Record<string, string>> {
  const architecture = yolov8({ scale: 'n', names: ['person'] });
  const weights = initialWeights(architecture, 0);
  const gains = { box: 7.5, cls: 0.5, dfl: 1.5 };
  const graph = await openTrainGraph(architecture, { batch, size: [size, size], gains, threads });
  const optimizer = adamW(architecture.parameters, 0.0005);
  const sum = new GradientSum();
  const times: number[] = [];
  let outside = 0;
  let total = 0;
  for (let i = 0; i < WARM_UP + steps; i++) {
    const pictures = randomBatch(size, batch, i);
    const [start, inside] = [performance.now(), graph.runtimeMs];
    const { gradients, batchStatistics } = await graph.step(weights, pictures);
    sum.add(gradients);
    optimizer.step(weights, sum.take(CLIP), { lr: 1e-4, biasLr: 1e-4, momentum: 0.9 });
    updateRunningStatistics(weights, batchStatistics);
    if (i < WARM_UP) continue;
    const took = performance.now() - start;
    times.push(took);
    total += took;
    outside += took - (graph.runtimeMs - inside);
  }
  await graph.close();
  times.sort((a, b) => a - b);
  const rate = (ms: number): string => ((batch * 1000) / ms).toFixed(1);
  return {
    px: String(size),
    batch: String(batch),
    threads: String(threads),
    'pictures/s': rate(times[times.length >> 1]!),
    'slowest - fastest': `${rate(times.at(-1)!)} - ${rate(times[0]!)}`,
    'ms a step': times[times.length >> 1]!.toFixed(0),
    's per 40 pictures': ((times[times.length >> 1]! * 40) / batch / 1000).toFixed(2),
    'outside onnxruntime': `${((100 * outside) / total).toFixed(1)} %`,
    load: loadavg()[0]!.toFixed(1),
  };
}

function randomBatch(size: number, batch: number, seed: number): TrainBatch {
  const random = new Random(seed);
  const box = (): number[] => {
    const [w, h] = [random.uniform(0.05, 0.5), random.uniform(0.05, 0.5)];
    return [0, random.uniform(w / 2, 1 - w / 2), random.uniform(h / 2, 1 - h / 2), w, h];
  };
  return {
    images: Float32Array.from({ length: batch * 3 * size * size }, () => random.next()),
    targets: Array.from({ length: batch }, () =>
      Float32Array.from(Array.from({ length: BOXES_A_PICTURE }, box).flat()),
    ),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '320,416' },
      batch: { type: 'string', default: '4,8' },
      threads: { type: 'string', default: `1,${availableParallelism()}` },
      steps: { type: 'string', default: '10' },
    },
  });
  const numbers = (text: string): number[] => text.split(',').map(Number);
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`);
  const rows: Record<string, string>[] = [];
  for (const size of numbers(values.size)) {
    for (const batch of numbers(values.batch)) {
      for (const threads of numbers(values.threads)) {
        rows.push(await measure({ size, batch, threads, steps: Number(values.steps) }));
      }
    }
  }
  console.table(rows);
  console.log(
    'Ultralytics 8.4.190 (PyTorch) on 2 cores of an AMD EPYC: 14.7 pictures/s at 320 px, 10.1 at 416 px, batch 4.',
  );
}

await main();
