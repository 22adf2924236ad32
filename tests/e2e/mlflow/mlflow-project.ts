import { project } from '../sluice-command.ts';

const STACK = `
experiment_tracker:
  flavor: mlflow
  uri: \${env:TRACKING_URI}
  experiment: \${env:EXPERIMENT}
  timeoutMs: 10000
  waitMs: 20000
`;

const TUNING = `
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class TuningSteps {
  @step() async prepare(pictures: number): Promise<{ data: FileRef }> {
    const path = join(stepContext().workDir, 'data.csv');
    await writeFile(path, 'picture,label\\n' + Array.from({ length: pictures }, (_, i) => i + ',cat').join('\\n'));
    return { data: FileRef.of(path) };
  }

  @step({ retry: { attempts: 2, backoff: 1 } })
  async train(data: FileRef, lr: number, { epochs, fails, ms }: { epochs: number; fails: boolean; ms: number }): Promise<{ best: FileRef; mAP50: number }> {
    const { tracker, workDir, step } = stepContext();
    tracker.params({ lr, optimizer: 'SGD' });
    await tracker.dataset(data, { context: 'training', name: 'cats' });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      tracker.metrics({ 'train/box_loss': 3 / (lr * epoch), 'metrics/mAP50-95(B)': 1 - 1 / (1 + lr * epoch) }, { step: epoch });
      if (fails && step?.attempt === 1 && epoch === 3) throw new Error('out of memory');
      await wait(ms);
    }
    const best = join(workDir, 'best.onnx');
    await writeFile(best, 'weights for ' + lr);
    await writeFile(join(workDir, 'results.csv'), 'epoch,loss\\n1,3\\n');
    await tracker.artifact(FileRef.of(best), 'weights/best.onnx');
    await tracker.artifact(FileRef.of(join(workDir, 'results.csv')));
    return { best: FileRef.of(best), mAP50: lr };
  }

  @step() async choose(scores: number[]): Promise<{ best: number }> {
    stepContext().tracker.metrics({ best_lr: Math.max(...scores) });
    stepContext().tracker.tag('decision', 'promote');
    return { best: Math.max(...scores) };
  }
}

const Params = z.object({
  rates: z.array(z.number()).default([0.1, 0.2, 0.4]),
  epochs: z.int().default(20),
  fails: z.boolean().default(false),
  ms: z.int().default(1),
  data: z.object({ pictures: z.int().default(12) }).prefault({}),
});

@pipeline({ name: 'tuning', params: Params })
export class Tuning {
  async run({ rates, epochs, fails, ms, data: { pictures } }: z.output<typeof Params>) {
    const steps = new TuningSteps();
    const { data } = await steps.prepare(pictures);
    const trained = await Promise.all(rates.map((lr) => steps.train(data, lr, { epochs, fails, ms })));
    return steps.choose(trained.map(({ mAP50 }) => mAP50));
  }
}
`;

/** A project whose one pipeline trains at several rates beside each other, and whose stack `team` tracks it with MLflow. */
export const mlflowProject = (): string =>
  project({ 'stacks/team.yaml': STACK, 'pipelines/tuning.pipeline.ts': TUNING });
