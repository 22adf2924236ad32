import type { RunPage, RunSummary } from '../../server/api/run.ts';

/** What has been read of a list, page by page. */
export interface ListPages {
  readonly pages: readonly RunPage[];
}

/** A list that was read further than its beginning keeps what it has: new runs come in front, known ones take their new state. */
export function withNewest<List extends ListPages>(pages: List, newest: RunPage): List {
  const fresh = new Map(newest.items.map((run) => [run.id, run]));
  const known = new Set(pages.pages.flatMap(({ items }) => items.map(({ id }) => id)));
  const added = newest.items.filter(({ id }) => !known.has(id));
  const renewed = pages.pages.map((page, index): RunPage => {
    const items = page.items.map((run): RunSummary => fresh.get(run.id) ?? run);
    return index === 0
      ? { ...page, items: [...added, ...items], total: newest.total, moreThanTotal: newest.moreThanTotal }
      : { ...page, items };
  });
  return { ...pages, pages: renewed };
}
