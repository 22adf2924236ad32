/** Two steps that write down that they ran; the second goes on when a file appears, so that a test can act in the middle of a run. */
export const RELAY = `
import { appendFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class RelaySteps {
  @step() async first(name: string, diary: string): Promise<{ file: FileRef }> {
    await appendFile(diary, \`first \${name}\\n\`);
    const path = join(stepContext().workDir, 'baton.txt');
    await writeFile(path, name.repeat(100_000));
    return { file: FileRef.of(path) };
  }

  @step() async second(baton: FileRef, name: string, diary: string, blockedMs: number): Promise<{ file: FileRef; size: number }> {
    await appendFile(diary, \`second \${name}\\n\`);
    if (blockedMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs);
    while (!existsSync(\`\${diary}.\${name}\`)) await wait(50, undefined, { signal: stepContext().signal });
    const path = join(stepContext().workDir, 'finish.txt');
    await writeFile(path, name.repeat(200_000));
    return { file: FileRef.of(path), size: baton.size };
  }
}

const Params = z.object({ name: z.string(), diary: z.string(), blockedMs: z.int().default(0) });

@pipeline({ name: 'relay', params: Params })
export class Relay {
  async run({ name, diary, blockedMs }: z.output<typeof Params>) {
    const steps = new RelaySteps();
    const { file } = await steps.first(name, diary);
    return steps.second(file, name, diary, blockedMs);
  }
}
`;
