import { join } from 'node:path';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { createArtifactIo } from '../artifacts/create-artifact-io.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import { createCodeDigester } from '../code/create-code-digester.ts';
import type { Stack } from '../components/stack.ts';
import type { Materializer } from '../materializers/materializer.ts';

/** Where files and folders of artifacts lie on this machine. Runs, their worker processes and the command share the one. */
export const artifactCacheDir = (home: string): string => join(home, 'cache', 'artifacts');

/** Values in and out of a stack's artifact store. @param materializers the pipeline's own (`@pipeline({ materializers })`) */
export const stackIo = (
  stack: Pick<Stack, 'artifactStore' | 'home'>,
  materializers: readonly Materializer[] = [],
): ArtifactIo =>
  createArtifactIo({ store: stack.artifactStore, cacheDir: artifactCacheDir(stack.home), materializers });

/** The digester of one run on a stack: make one for each run. */
export const stackDigester = ({ projectDir, home }: Pick<Stack, 'projectDir' | 'home'>): CodeDigester =>
  createCodeDigester({ projectDir, cacheDir: join(home, 'cache') });
