import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline, step } from 'sluice';
import { expect, it } from 'vitest';
import { openTestStack, runPipeline } from './open-test-stack.ts';

const WIDTH = 12;
const seen = { database: '', locked: 0, ran: 0 };

class Steps {
  @step() async known(at: number): Promise<number> {
    return at;
  }
  @step({ cache: false }) async blocks(at: number): Promise<number> {
    // What another process meets while this step keeps the thread to itself.
    const other = new DatabaseSync(seen.database, { timeout: 0 });
    try {
      other.exec('BEGIN IMMEDIATE');
      other.exec('ROLLBACK');
    } catch {
      seen.locked++;
    } finally {
      other.close();
    }
    seen.ran++;
    return at;
  }
}

@pipeline({ name: 'blocking' })
class Blocking {
  constructor(private readonly steps = new Steps()) {}
  async run({ from }: { from: number }) {
    const all: Promise<number>[] = [];
    for (let at = from; at < from + WIDTH; at++) all.push(this.steps.known(at), this.steps.blocks(at));
    return (await Promise.all(all)).length;
  }
}

it('an inline step that blocks the thread does not keep the record locked meanwhile', async () => {
  const stack = await openTestStack();
  seen.database = join(stack.home, 'sluice.db');
  await runPipeline(Blocking, { from: 0 }, { stack, maxParallel: 8 });
  // Half of the first steps are hits now, whose records are written in batches beside the others.
  for (let round = 1; round <= 4; round++) await runPipeline(Blocking, { from: round * 6 }, { stack, maxParallel: 8 });
  expect(seen).toMatchObject({ locked: 0, ran: 5 * WIDTH });
});
