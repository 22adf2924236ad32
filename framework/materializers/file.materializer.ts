import { FileRef } from './file-ref.ts';
import type { Materializer } from './materializer.ts';
import { checkedRefName } from './ref-name.ts';

/** A FileRef as the file's own bytes, streamed; its name goes into the artifact's record. */
export const fileMaterializer: Materializer<FileRef> = {
  format: 'file',
  version: 1,
  accepts: (value) => value instanceof FileRef,
  encode: (value, { where }) => ({ content: { file: value.path }, name: checkedRefName(value.name, where) }),
  decode: async (stored) => FileRef.of(await stored.file()),
  preview: async ({ artifact }) => `${artifact.name} (${artifact.size} bytes)`,
};
