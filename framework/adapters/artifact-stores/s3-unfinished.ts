import type { S3Connection } from './s3-connection.ts';

export interface UnfinishedUpload {
  readonly object: string;
  readonly uploadId: string;
}

export interface UnfinishedOptions {
  readonly prefix: string;
  /** Uploads younger than so many milliseconds are left alone. Default: a day. */
  readonly graceMs?: number;
}

/** Milliseconds: an upload younger than this may still be going on. */
const GRACE = 24 * 3600_000;

/**
 * Uploads in parts that were begun more than a day ago and never ended: what processes leave that die in between. At most a thousand.
 * @returns undefined when this access key may not list them (a right that nothing else needs).
 */
export async function unfinishedUploads(
  connection: S3Connection,
  { prefix, graceMs = GRACE }: UnfinishedOptions,
): Promise<readonly UnfinishedUpload[] | undefined> {
  const { XMLParser } = await import('fast-xml-parser');
  const query = `prefix=${encodeURIComponent(prefix)}&uploads=`;
  const answer = await connection.ask({ method: 'GET', action: 'list unfinished uploads', query }, [200, 403]);
  if (answer.status === 403) return undefined;
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Upload' });
  const { ListMultipartUploadsResult: found } = parser.parse(answer.text) as Listed;
  const oldest = Date.now() - graceMs;
  return (found.Upload ?? [])
    .filter(({ Initiated }) => Date.parse(Initiated) < oldest)
    .map(({ Key, UploadId }) => ({ object: Key, uploadId: UploadId }));
}

/** Gives their room back. @returns how many there were. */
export async function removeUploads(connection: S3Connection, options: UnfinishedOptions): Promise<number> {
  const found = (await unfinishedUploads(connection, options)) ?? [];
  for (const upload of found) await abandonUpload(connection, upload);
  return found.length;
}

export async function abandonUpload(connection: S3Connection, { object, uploadId }: UnfinishedUpload): Promise<void> {
  const query = `uploadId=${encodeURIComponent(uploadId)}`;
  await connection.ask({ method: 'DELETE', action: `abandon ${object}`, object, query }, [204, 404]);
}

interface Listed {
  readonly ListMultipartUploadsResult: {
    readonly Upload?: readonly { readonly Key: string; readonly UploadId: string; readonly Initiated: string }[];
  };
}
