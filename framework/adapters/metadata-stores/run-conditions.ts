import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RunPredicate } from '../../components/run-predicate.ts';
import type { Status } from '../../model/status.ts';
import { contains } from './contains.ts';
import type { MetadataSchema, SqlCapabilities } from './metadata-schema.ts';
import { NO_DURATION } from './run-row.ts';
import { startsWith } from './starts-with.ts';

type Builder = ExpressionBuilder<MetadataSchema, 'run'>;
type Condition = Expression<SqlBool>;
type Of<K extends RunPredicate['kind']> = Extract<RunPredicate, { kind: K }>;

/** The condition on `run` that a predicate says. */
export function runCondition(eb: Builder, predicate: RunPredicate, capabilities: SqlCapabilities): Condition {
  const condition = positive(eb, predicate, capabilities);
  // What is null, such as the commit of a run that has none, does not fit; so it fits the negation.
  return predicate.not ? eb.not(eb.fn.coalesce(condition, eb.lit(false))) : condition;
}

function positive(eb: Builder, predicate: RunPredicate, capabilities: SqlCapabilities): Condition {
  switch (predicate.kind) {
    case 'word':
      return eb.or(predicate.values.map((value) => wordCondition(eb, predicate.word, value, capabilities)));
    case 'has':
    case 'value':
      return eb.exists(valuesOfRun(eb, predicate));
    case 'created':
      return eb('run.created_at', predicate.comparison, predicate.time);
    case 'duration':
      return eb.and([
        eb('run.duration_ms', predicate.comparison, predicate.ms),
        eb('run.duration_ms', '<>', NO_DURATION),
      ]);
    case 'search':
      return eb.or([contains('run.name', predicate.text, capabilities), startsWith('run.id', predicate.text)]);
    default:
      return predicate satisfies never;
  }
}

function wordCondition(
  eb: Builder,
  word: Of<'word'>['word'],
  value: string,
  { likeAnyCase }: SqlCapabilities,
): Condition {
  switch (word) {
    case 'status':
      return eb('run.status', '=', value as Status);
    case 'id':
      return startsWith('run.id', value);
    case 'tag':
      return eb.exists(
        eb
          .selectFrom('run_tag')
          .select('run_tag.run_id')
          .where('run_tag.tag', '=', value)
          .whereRef('run_tag.created_at', '=', 'run.created_at')
          .whereRef('run_tag.run_id', '=', 'run.id'),
      );
    case 'commit':
      // As `git-state` is stored: JSON whose first field it is.
      return contains('run.git', `"commit":"${value}`, { likeAnyCase });
    case 'pipeline':
    case 'stack':
    case 'name':
      if (!value.includes('*')) return eb(`run.${word}`, '=', value);
      return sql<boolean>`${sql.ref(`run.${word}`)} ${sql.raw(likeAnyCase)} ${likePattern(value)} escape '\\'`;
    default:
      return word satisfies never;
  }
}

const likePattern = (glob: string): string => glob.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');

function valuesOfRun(eb: Builder, predicate: Of<'has' | 'value'>) {
  const rows = eb
    .selectFrom(VALUE_TABLES[predicate.of])
    .select('run_id')
    .where('name', '=', predicate.name)
    .whereRef('created_at', '=', 'run.created_at')
    .whereRef('run_id', '=', 'run.id');
  return predicate.kind === 'has' ? rows : rows.where(valueCondition(predicate, VALUE_TABLES[predicate.of]));
}

export const VALUE_TABLES = { param: 'run_param', metric: 'run_metric' } as const;

/** The comparison on a row of `run_param` or `run_metric`, whatever the query calls it. */
export function valueCondition({ value, comparison, of }: Of<'value'>, table: string): RawBuilder<boolean> {
  const compare = sql.raw(comparison);
  if (of === 'metric' || typeof value === 'number') {
    return sql<boolean>`${sql.ref(`${table}.number`)} ${compare} ${typeof value === 'number' ? value : null}`;
  }
  return sql<boolean>`${sql.ref(`${table}.text`)} ${compare} ${value}`;
}
