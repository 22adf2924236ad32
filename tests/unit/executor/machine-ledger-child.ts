import { createMachineLedger } from '../../../framework/executor/machine-ledger.ts';

/** A process that wants something of the machine: `machine-ledger.test.ts` starts several. */
const [folder = '', wish = '{}'] = process.argv.slice(2);
const say = (word: string): void => void process.send?.(word);
const give = await createMachineLedger(() => folder).take(JSON.parse(wish) as Record<string, number>, {
  capacity: { gpu: 1, memory: 100 },
  closed: new AbortController().signal,
  onWait: () => say('waits'),
});
say('has');
process.on('message', () => {
  give?.();
  process.disconnect();
});
