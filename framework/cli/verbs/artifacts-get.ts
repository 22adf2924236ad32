import { lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { stackIo } from '../../executor/stack-services.ts';
import { shortDigest } from '../../hashing/digest.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { makeFolder } from '../../make-folder.ts';
import type { Artifact } from '../../model/artifact.ts';
import type { Call } from '../commands/command-kit.ts';
import { sizeText } from '../format/size.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { withStack } from './with-stack.ts';

const ENDINGS: Readonly<Record<string, string>> = { json: '.json', text: '.txt', bytes: '.bin', tensor: '.bin' };

/** `sluice artifacts get ARTIFACT [DESTINATION]` */
export async function artifactsGetVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { force = false } = command.opts<{ readonly force?: boolean }>();
  await withStack(invocation, async (stack) => {
    const { artifact } = await findArtifact(stack.metadataStore, args[0] ?? '');
    const wanted = resolve(invocation.cwd, args[1] ?? '');
    // A folder that is there means "into it", as for cp.
    const destination = (await kindOf(wanted)) === 'folder' ? join(wanted, fileName(artifact)) : wanted;
    const there = await kindOf(destination);
    if (there !== 'nothing' && !force) {
      throw sluiceError('ERR_FILE_EXISTS', {
        path: destination,
        hint: 'Name another destination, or overwrite it with --force.',
      });
    }
    const io = stackIo(stack);
    await replaceWhole(destination, (temporary) => io.export(artifact, temporary));
    if (!invocation.quiet) {
      const shown = relative(invocation.cwd, destination) || destination;
      invocation.terminal.out.line(`${shown} (${sizeText(artifact.size)})`);
    }
  });
}

const fileName = ({ name, digest, format }: Artifact): string =>
  name ?? `${shortDigest(digest)}${ENDINGS[format] ?? ''}`;

async function kindOf(path: string): Promise<'nothing' | 'folder' | 'file'> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw error;
  }
}

/** Writes beside the destination and renames: whoever looks sees the old thing or the whole new one, and a failure leaves the old one. */
async function replaceWhole(destination: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const workshop = await workshopBeside(destination);
  try {
    const fresh = join(workshop, 'fresh');
    await write(fresh);
    const old = join(workshop, 'old');
    // A folder can't be renamed over one that has files.
    if ((await kindOf(destination)) === 'folder') await rename(destination, old);
    await rename(fresh, destination);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** @throws ERR_FILE_WRITE */
async function workshopBeside(destination: string): Promise<string> {
  const folder = dirname(destination);
  try {
    await makeFolder(folder);
    return await mkdtemp(join(folder, '.sluice-get-'));
  } catch (error) {
    throw sluiceError('ERR_FILE_WRITE', { path: folder, reason: systemReason(error) }, error);
  }
}
