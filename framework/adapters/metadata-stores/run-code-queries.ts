import type { MetadataStore } from '../../components/metadata-store.ts';
import { sha256 } from '../../hashing/digest.ts';
import type { CodeState } from '../../model/recording.ts';
import { fromJson, toJson, toJsonOrNull } from './json-column.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';

type RunCodeQueries = Pick<MetadataStore, 'keepCodeState' | 'codeState'>;

export const runCodeQueries = ({ db }: SqlContext): RunCodeQueries => ({
  keepCodeState: (runId, { git, ...state }) =>
    db.transaction().execute(async (on) => {
      const { numUpdatedRows } = await on
        .updateTable('run')
        .set({ git: toJsonOrNull(git) })
        .where('id', '=', runId)
        .executeTakeFirstOrThrow();
      // Deleted meanwhile: nobody would ever remove what is kept for it.
      if (numUpdatedRows > 0n) await insertCodeState(on, runId, state);
    }),

  codeState: (runId) => readCodeState(db, runId),
});

export async function readCodeState(on: Sql, runId: string): Promise<CodeState | undefined> {
  const row = await on
    .selectFrom('run_code')
    .leftJoin('run_text as packages', 'packages.id', 'run_code.packages_id')
    .leftJoin('run_text as diff', 'diff.id', 'run_code.diff_id')
    .select(['packages.text as packages', 'diff.text as diff', 'is_diff_cut'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row && { diff: row.diff, isDiffCut: row.is_diff_cut === 1, packages: fromJson(row.packages ?? '{}') };
}

export async function insertCodeState(on: Sql, runId: string, state: CodeState): Promise<void> {
  const packagesId = await insertText(on, toJson(state.packages));
  const diffId = state.diff === null ? null : await insertText(on, state.diff);
  const row = { packages_id: packagesId, diff_id: diffId, is_diff_cut: Number(state.isDiffCut) };
  await on
    .insertInto('run_code')
    .values({ run_id: runId, ...row })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
    .execute();
}

async function insertText(on: Sql, text: string): Promise<string> {
  const id = sha256(text);
  await on
    .insertInto('run_text')
    .values({ id, text })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return id;
}

/** With the texts that no other run has. */
export async function deleteCodeState(on: Sql, runId: string): Promise<void> {
  const gone = await on
    .deleteFrom('run_code')
    .where('run_id', '=', runId)
    .returning(['packages_id', 'diff_id'])
    .execute();
  const ids = gone.flatMap(({ packages_id, diff_id }) => (diff_id === null ? [packages_id] : [packages_id, diff_id]));
  if (ids.length === 0) return;
  await on
    .deleteFrom('run_text')
    .where('id', 'in', ids)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('run_code').select('run_id').whereRef('run_code.packages_id', '=', 'run_text.id'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('run_code').select('run_id').whereRef('run_code.diff_id', '=', 'run_text.id'))),
    )
    .execute();
}
