/** What measure.py does for the peers: `sluice-chain.ts cost FEW MANY ROUNDS` prints milliseconds a step, in this process. Started by compare.ts. */
import { run } from 'sluice';
import { Chain } from './chain.pipeline.ts';

async function timeOf(count: number, salt: number, cached: boolean): Promise<number> {
  const start = performance.now();
  const { steps } = await run(Chain, { count, salt }, { stack: 'local' });
  const elapsed = performance.now() - start;
  const ran = steps.filter(({ status }) => status === 'succeeded').length;
  if (ran !== (cached ? 0 : count)) throw new Error(`${ran} of ${count} steps ran.`);
  return elapsed;
}

async function costs(few: number, many: number, rounds: number): Promise<Record<'uncached' | 'cached', number[]>> {
  const found = { uncached: [] as number[], cached: [] as number[] };
  await timeOf(few, 1_000_000, false);
  for (let round = 1; round <= rounds; round++) {
    for (const cached of [false, true]) {
      const ofFew = await timeOf(few, 10_000_000 * round, cached);
      const ofMany = await timeOf(many, 10_000_000 * round + 1_000_000, cached);
      found[cached ? 'cached' : 'uncached'].push((ofMany - ofFew) / (many - few));
    }
  }
  return found;
}

const [few = 0, many = 0, rounds = 0] = process.argv.slice(3).map(Number);
console.log(JSON.stringify(await costs(few, many, rounds)));
