import type { Artifact } from '../../model/artifact.ts';

/** An artifact as the place where it is used shows it. */
export const artifactRef = ({ digest, format, size, name }: Artifact) => ({ digest, format, size, name: name ?? null });
