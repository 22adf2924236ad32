import { inputError, nearest } from 'sluice';
import type { OpenedSource } from './opened-source.ts';

/**
 * Keeps the boxes of the wanted classes and numbers them in the order they are wanted in. Pictures without such a box stay, as backgrounds.
 *
 * @param classes names, or their numbers; none means all.
 * @throws ERR_INPUT for a name the data set doesn't have, with the nearest it has.
 */
export function selectClasses(source: OpenedSource, classes: readonly string[]): OpenedSource {
  if (classes.length === 0) return source;
  const wanted = [...new Set(classes.map((name) => classNumber(name, source.names)))];
  const renumbered = new Map(wanted.map((cls, index) => [cls, index]));
  const pictures = source.pictures.map((picture) => ({
    ...picture,
    rows: picture.rows.flatMap(({ cls, box }) => {
      const index = renumbered.get(cls);
      return index === undefined ? [] : [{ cls: index, box }];
    }),
  }));
  return { ...source, names: wanted.map((cls) => source.names[cls]!), pictures };
}

function classNumber(name: string, names: readonly string[]): number {
  const index = names.indexOf(name);
  if (index >= 0) return index;
  if (/^\d+$/.test(name) && Number(name) < names.length) return Number(name);
  const meant = nearest(name, names);
  const all = names.slice(0, 20).join(', ') + (names.length > 20 ? ` … (${names.length})` : '');
  throw inputError(
    `The data set has no class ${name}.`,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}It has: ${all}.`,
  );
}
