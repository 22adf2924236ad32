import { project } from '../e2e/sluice-command.ts';

/** A red and a green pixel: pictures that differ. */
const RED = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';
const GREEN = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/wHwAEAQH/7yMK/gAAAABJRU5ErkJggg==';

/** What an attacker would like to run; the page that holds one of these as text is safe, the one that runs it sets `window.stolen`. */
export const SCRIPT = '<script>window.stolen = 1</script>';
export const IMAGE = '<img src=x onerror="window.stolen = 2">';

const fan = `
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class FanSteps {
  @step() async source(size: number): Promise<{ size: number }> { return { size }; }
  @step() async score(size: number, index: number, fails: boolean): Promise<{ score: number }> {
    const { log } = stepContext();
    log.info('\\u001b[32mscoring\\u001b[0m part ' + index, { size });
    if (index === 3) log.warn('part 3 is odd');
    if (fails && index === 2) throw new Error('part 2 can not be scored');
    return { score: size * index };
  }
  @step() async collect(scores: readonly number[]): Promise<{ best: number }> {
    console.log('collecting ' + scores.length);
    stepContext().tracker.metrics({ best: Math.max(...scores) });
    return { best: Math.max(...scores) };
  }
}

const Params = z.object({
  size: z.number().default(1).describe('How much there is to score'),
  parts: z.int().default(24).describe('Steps side by side'),
  fails: z.boolean().default(false),
  mode: z.enum(['fast', 'careful']).default('fast'),
  note: z.string().nullable().default(null),
});

@pipeline({ name: 'fan', params: Params })
export class Fan {
  async run({ size, parts, fails }: z.output<typeof Params>) {
    const steps = new FanSteps();
    const source = await steps.source(size);
    const scored = await Promise.all(Array.from({ length: parts }, (_, index) => steps.score(source.size, index, fails)));
    return steps.collect(scored.map(({ score }) => score));
  }
}
`;

/** Each epoch waits for a file of its number in the folder \`gate\`, where one is named: who watches decides how fast it goes. */
const learn = `
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class LearnSteps {
  @step({ cache: true }) async learn(rate: number, epochs: number, gate: string, data: string) {
    const { log, signal, tracker, workDir } = stepContext();
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      while (gate !== '' && !existsSync(join(gate, String(epoch)))) await setTimeout(10, undefined, { signal });
      tracker.metrics({ loss: rate / epoch, accuracy: 1 - rate / epoch }, { step: epoch });
      log.info('epoch ' + epoch + ' of ' + epochs);
    }
    const picture = join(workDir, 'matrix.png');
    await writeFile(picture, Buffer.from(rate > 0.5 ? '${RED}' : '${GREEN}', 'base64'));
    const pictures = join(workDir, 'data.txt');
    await writeFile(pictures, 'pictures of ' + data);
    await tracker.dataset(FileRef.of(pictures), { context: 'evaluation', name: data });
    const report = join(workDir, 'report.md');
    await writeFile(report, '# Report\\n\\nThe rate was **' + rate + '**.\\n');
    return { loss: rate / epochs, matrix: FileRef.of(picture), report: FileRef.of(report) };
  }
  @step() async judge(loss: number): Promise<{ good: boolean }> {
    stepContext().tracker.metrics({ final: loss });
    return { good: loss < 0.2 };
  }
}

const Params = z.object({
  rate: z.number().default(0.8),
  epochs: z.int().default(4),
  gate: z.string().default(''),
  data: z.string().default('usual'),
});

@pipeline({ name: 'learn', params: Params })
export class Learn {
  async run({ rate, epochs, gate, data }: z.output<typeof Params>) {
    const steps = new LearnSteps();
    const learned = await steps.learn(rate, epochs, gate, data);
    return steps.judge(learned.loss);
  }
}
`;

/** A hook that fails, a failure that is caught, and one that is not until somebody has put the file \`part\` there. */
const shaky = `
import { existsSync } from 'node:fs';
import { pipeline, step } from 'sluice';
import { z } from 'zod';

const tell = () => {
  throw new Error('the channel is closed');
};

class ShakySteps {
  @step({ onSuccess: tell }) async gather(): Promise<{ count: number }> { return { count: 3 }; }
  @step() async polish(count: number): Promise<number> { throw new Error('no polish for ' + count); }
  @step() async mend(part: string, count: number): Promise<number> {
    if (!existsSync(part)) {
      throw new Error('the part is missing');
    }
    return count;
  }
}

const Params = z.object({ part: z.string() });

@pipeline({ name: 'shaky', params: Params, dynamic: true })
export class Shaky {
  async run({ part }: z.output<typeof Params>) {
    const steps = new ShakySteps();
    const { count } = await steps.gather();
    const polished = await steps.polish(count).catch(() => 0);
    return (await steps.mend(part, count)) + polished;
  }
}
`;

const attack = `
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

const SCRIPT = ${JSON.stringify(SCRIPT)};
const IMAGE = ${JSON.stringify(IMAGE)};

class AttackSteps {
  @step() async write(word: string) {
    const { log, tracker, workDir } = stepContext();
    log.info(SCRIPT + IMAGE, { field: IMAGE });
    console.log('\\u001b[31m' + IMAGE + '\\u001b[0m');
    tracker.metrics({ [IMAGE]: 1 }, { step: 1 });
    tracker.metrics({ [IMAGE]: 2 }, { step: 2 });
    tracker.params({ [SCRIPT]: IMAGE });
    const file = async (name: string, text: string) => {
      await writeFile(join(workDir, name), text);
      return FileRef.of(join(workDir, name));
    };
    return {
      word: IMAGE + word,
      html: await file('report.html', '<h1>Report</h1>' + SCRIPT + IMAGE + "<script>fetch('/api/runs').then(() => { top.stolen = 3; })</script>"),
      markdown: await file('report.md', '# Report\\n\\n' + SCRIPT + IMAGE + '\\n\\n[go](javascript:window.stolen=4)'),
      table: await file('table.csv', 'a,b\\n' + SCRIPT + ',1\\n'),
      text: await file('page.txt', SCRIPT),
      drawing: await file('picture.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="window.stolen = 5"><circle r="5"/>' + SCRIPT + '</svg>'),
    };
  }
  @step() async fail(word: string): Promise<void> { throw new Error(word); }
}

const Params = z.object({ word: z.string().default(SCRIPT) });

@pipeline({ name: 'attack', params: Params })
export class Attack {
  async run({ word }: z.output<typeof Params>) {
    const steps = new AttackSteps();
    const written = await steps.write(word);
    await steps.fail(written.word);
  }
}
`;

/** A project with a pipeline for each thing that the viewer shows. */
export const viewerProject = (): string =>
  project({
    'pipelines/fan.pipeline.ts': fan,
    'pipelines/learn.pipeline.ts': learn,
    'pipelines/shaky.pipeline.ts': shaky,
    'pipelines/attack.pipeline.ts': attack,
  });
