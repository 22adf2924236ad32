import { join } from 'node:path';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { createArtifactIo } from '../artifacts/create-artifact-io.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import { createCodeDigester } from '../code/create-code-digester.ts';
import type { Stack } from '../components/stack.ts';

/** Values in and out of a stack's artifact store. Runs, their worker processes and the command share the one local cache below `home`. */
export const stackIo = (stack: Pick<Stack, 'artifactStore' | 'home'>): ArtifactIo =>
  createArtifactIo({ store: stack.artifactStore, cacheDir: join(stack.home, 'cache', 'artifacts') });

/** The digester of one run on a stack: make one for each run. */
export const stackDigester = ({ projectDir, home }: Pick<Stack, 'projectDir' | 'home'>): CodeDigester =>
  createCodeDigester({ projectDir, cacheDir: join(home, 'cache') });
