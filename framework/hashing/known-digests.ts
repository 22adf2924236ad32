import { type RememberedDigests, rememberedDigests } from './remembered-digests.ts';

let current: RememberedDigests | undefined;

/** From now on this process remembers digests of user files in that folder: one for the process, as the files are. */
export function rememberDigestsIn(folder: string): void {
  current = rememberedDigests({ folder });
}

/** Undefined where nobody has named a folder: every file is read. */
export const knownDigests = (): RememberedDigests | undefined => current;
