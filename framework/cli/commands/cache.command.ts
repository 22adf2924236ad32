import { type Command, Option } from 'commander';
import { addPaging, outputOption, type Verb } from './command-kit.ts';

const addFilters = (command: Command): Command =>
  command
    .option('--step <step>', 'results of this step')
    .option('--run <run>', 'results that this run made (id, name or "latest")')
    .option('--key <key>', 'the result with this key, or with keys that begin so')
    .option('--older-than <time>', 'results made before: 30m, 2h, 7d, 2026-11-20');

export function addCacheCommand(program: Command, verb: Verb): void {
  const cache = program.command('cache').description('results that can be used again: list, invalidate');
  addPaging(
    addFilters(cache.command('list').description('list results, newest first')).addOption(
      new Option('--sort <order>', 'order of the page').choices(['newest', 'oldest', 'step']).default('newest'),
    ),
  ).action(verb(async (call) => (await import('../verbs/cache-list.ts')).cacheListVerb(call)));
  addFilters(
    cache.command('invalidate').description('forget results, so that their steps run again; artifacts and runs stay'),
  )
    .option('--all', 'every result')
    .option('--dry-run', 'say how many and which, and forget nothing')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(verb(async (call) => (await import('../verbs/cache-invalidate.ts')).cacheInvalidateVerb(call)));
}
