import type { MetadataStore } from '../../components/metadata-store.ts';
import type { Digest } from '../../hashing/digest.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';

/** Texts that a store keeps: of a piece each, some thousand versions of a project. */
const MOST_TEXTS = 20_000;
/** Those that go when there are more, so that not every write has to make room. */
const MAKES_ROOM_FOR = 1000;
/** Values of one statement. */
const SOME = 250;

type CodeTextQueries = Pick<MetadataStore, 'codeTexts' | 'writeCodeTexts'>;

export const codeTextQueries = ({ db, now }: SqlContext): CodeTextQueries => ({
  async codeTexts(digests) {
    const found = new Map<Digest, string>();
    for (let at = 0; at < digests.length; at += SOME) {
      const rows = await db
        .selectFrom('code_text')
        .select(['digest', 'text'])
        .where('digest', 'in', digests.slice(at, at + SOME))
        .execute();
      for (const { digest, text } of rows) found.set(digest as Digest, text);
    }
    return found;
  },

  async writeCodeTexts(texts) {
    const created_at = now();
    // Two processes that write the same texts take their rows in one order, or they would wait for each other.
    const rows = [...texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([digest, text]) => ({ digest, text, created_at }));
    if (rows.length === 0) return;
    await db.transaction().execute(async (on) => {
      for (let at = 0; at < rows.length; at += SOME) {
        const some = rows.slice(at, at + SOME);
        await on
          .insertInto('code_text')
          .values(some)
          .onConflict((conflict) => conflict.column('digest').doNothing())
          .execute();
      }
      await makeRoom(on);
    });
  },
});

async function makeRoom(on: Sql): Promise<void> {
  const { count } = await on
    .selectFrom('code_text')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) <= MOST_TEXTS) return;
  const oldest = on
    .selectFrom('code_text')
    .select('digest')
    .orderBy('created_at')
    .orderBy('digest')
    .limit(Number(count) - MOST_TEXTS + MAKES_ROOM_FOR);
  await on.deleteFrom('code_text').where('digest', 'in', oldest).execute();
}
