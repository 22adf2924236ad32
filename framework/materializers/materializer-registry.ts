import { inputError } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { bufferMaterializer, bytesMaterializer } from './bytes.materializer.ts';
import { directoryMaterializer } from './directory.materializer.ts';
import { fileMaterializer } from './file.materializer.ts';
import { jsonMaterializer } from './json.materializer.ts';
import type { Materializer } from './materializer.ts';
import { tensorMaterializer } from './tensor.materializer.ts';
import { textMaterializer } from './text.materializer.ts';

/** The one that accepts everything stands last. */
const BUILT_IN: readonly Materializer[] = [
  fileMaterializer,
  directoryMaterializer,
  textMaterializer,
  bufferMaterializer,
  bytesMaterializer,
  tensorMaterializer,
  jsonMaterializer,
];

export interface MaterializerRegistry {
  /** The first that accepts the value; a user's own come before the built-in ones. */
  of(value: unknown): Materializer;
  /** Whether one of the user's own accepts the value as a whole, so that its fields are not taken apart. */
  takesWhole(value: unknown): boolean;
  /** Undefined for a format or a version that is not known here. */
  find(artifact: Artifact): Materializer | undefined;
  /** The same. @throws ERR_INPUT */
  reader(artifact: Artifact): Materializer;
  /** `json@1 money@2 …`, sorted: the part of the cache key that says how outputs are written. */
  readonly versions: string;
}

/** @throws ERR_INPUT when two have the same format. */
export function createMaterializerRegistry(own: readonly Materializer[] = []): MaterializerRegistry {
  const all = [...own, ...BUILT_IN];
  const byFormat = new Map(all.map((materializer) => [materializer.format, materializer]));
  if (byFormat.size < all.length) {
    const twice = all.find((one, i) => all.findIndex(({ format }) => format === one.format) < i)?.format;
    throw inputError(`Two materializers have the format ${twice}.`, 'Give your own materializer another format.');
  }
  const find = (artifact: Artifact): Materializer | undefined => {
    const materializer = byFormat.get(artifact.format);
    return materializer && artifact.version <= materializer.version ? materializer : undefined;
  };
  return Object.freeze({
    find,
    of: (value: unknown) => all.find((materializer) => materializer.accepts(value)) ?? jsonMaterializer,
    takesWhole: (value: unknown) => own.some((materializer) => materializer.accepts(value)),
    reader(artifact: Artifact) {
      const materializer = find(artifact);
      if (materializer) return materializer;
      throw inputError(
        `Artifact ${artifact.digest} has the format ${artifact.format} version ${artifact.version}, which no materializer here reads.`,
        'Name the materializer that wrote it: @pipeline({ materializers: [...] }).',
      );
    },
    versions: all
      .map(({ format, version }) => `${format}@${version}`)
      .sort()
      .join(' '),
  });
}
