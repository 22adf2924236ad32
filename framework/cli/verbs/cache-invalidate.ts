import { sluiceError } from '../../errors.ts';
import type { Call } from '../commands/command-kit.ts';
import { type CacheFlags, cacheFilter } from '../views/cache-filter.ts';
import { withStack } from './with-stack.ts';

interface Options extends CacheFlags {
  readonly all?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice cache invalidate` */
export async function cacheInvalidateVerb({ invocation, command }: Call): Promise<undefined> {
  const { all = false, output, ...flags } = command.opts<Options>();
  const filters = Object.keys(flags).length;
  if (filters === 0 && !all) {
    throw sluiceError('ERR_USAGE', {
      message: 'sluice cache invalidate needs to know which results to forget.',
      hint: 'Name them by --step, --run, --key or --older-than, or say --all.',
    });
  }
  if (filters > 0 && all) {
    throw sluiceError('ERR_USAGE', {
      message: '--all forgets every result, whatever the other filters say.',
      hint: 'Give --all or the filters, not both.',
    });
  }
  await withStack(invocation, async ({ metadataStore }) => {
    const invalidated = await metadataStore.invalidate(await cacheFilter(metadataStore, flags));
    const { out } = invocation.terminal;
    if (output === 'json') out.line(JSON.stringify({ invalidated }));
    else if (!invocation.quiet)
      out.line(invalidated === 1 ? '1 result forgotten.' : `${invalidated} results forgotten.`);
  });
}
