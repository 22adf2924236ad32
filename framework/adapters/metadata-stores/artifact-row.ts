import type { Digest } from '../../hashing/digest.ts';
import type { Artifact } from '../../model/artifact.ts';
import { fromJson } from './json-column.ts';
import type { ArtifactTable } from './metadata-schema.ts';

type Row = Pick<ArtifactTable, 'digest' | 'format' | 'version' | 'size' | 'name' | 'refs'>;

/** The artifact that a row of its table describes. */
export const artifactOfRow = ({ digest, format, version, size, name, refs }: Row): Artifact => ({
  digest: digest as Digest,
  format,
  version,
  size,
  ...(name === null ? {} : { name }),
  ...(refs === null ? {} : { refs: fromJson<readonly Artifact[]>(refs) }),
});
