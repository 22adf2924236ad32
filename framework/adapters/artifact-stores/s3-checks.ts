import { randomBytes } from 'node:crypto';
import type { ComponentCheck } from '../../components/component-check.ts';
import { sluiceError } from '../../errors.ts';
import { sha256 } from '../../hashing/digest.ts';
import { sha256Checksum } from './s3-checksum.ts';
import type { S3Connection } from './s3-connection.ts';
import { skewText } from './s3-fault.ts';
import { listObjects } from './s3-list.ts';
import { removeUploads, unfinishedUploads } from './s3-unfinished.ts';

/** Milliseconds. S3 refuses signatures that are 15 minutes off; leases suffer before that. */
const [WORST_SKEW, NOTABLE_SKEW] = [5 * 60_000, 5_000];

/**
 * What `doctor` tries of a bucket, in the order in which one is worth nothing without those before it.
 *
 * @param options.connection one of little patience: the user waits.
 * @param options.prefix with its slash; empty for the whole bucket.
 */
export function s3Checks(options: {
  readonly connection: S3Connection;
  readonly prefix: string;
  readonly region: string;
}): readonly ComponentCheck[] {
  const { connection, prefix, region } = options;
  const { bucket, location } = connection;
  return [
    {
      check: 'version',
      hint: 'Check the endpoint of this component, and that its server runs: sluice stack up.',
      async run() {
        const { headers } = await connection.ask({ method: 'HEAD', action: 'answer' }, ANY);
        return `${headers.server ?? 'a server of S3'} at ${location}`;
      },
    },
    {
      check: 'clock',
      hint: "Set this machine's clock, or the server's, by NTP.",
      async run() {
        const sentAt = Date.now();
        const { headers } = await connection.ask({ method: 'HEAD', action: 'tell the time' }, ANY);
        return clockText((sentAt + Date.now()) / 2, headers.date, location);
      },
    },
    {
      check: 'bucket',
      hint: `Make the bucket ${bucket}, or correct the component's bucket.`,
      async run() {
        await connection.ask({ method: 'GET', action: `list ${bucket}`, query: FIRST_OF(prefix) }, [200]);
        return bucket;
      },
      async fix() {
        const body = region === 'us-east-1' ? undefined : Buffer.from(LOCATION(region));
        const request = { method: 'PUT', action: 'make the bucket' } as const;
        const { status } = await connection.ask({ ...request, ...(body && { body }) }, [200, 409]);
        return status === 200 ? `made the bucket ${bucket}` : `the bucket ${bucket} is there already`;
      },
    },
    {
      check: 'rights',
      hint: 'Give this access key s3:GetObject, s3:PutObject and s3:DeleteObject on the prefix, and s3:ListBucket on the bucket.',
      run: () => tryRights(connection, prefix),
    },
    {
      check: 'unfinished uploads',
      hint: 'sluice stack doctor --fix removes them; a lifecycle rule (AbortIncompleteMultipartUpload) does so for good.',
      async run() {
        const found = await unfinishedUploads(connection, { prefix });
        if (found === undefined) return 'may not be listed by this access key (s3:ListBucketMultipartUploads)';
        if (found.length === 0) return 'none older than a day';
        const reason = `${found.length} unfinished uploads older than a day take up room`;
        const fix = 'sluice stack doctor --fix removes them.';
        throw sluiceError('ERR_STORE_REFUSED', { store: 'minio', location, action: 'be tidy', reason, fix });
      },
      fix: async () => `removed ${await removeUploads(connection, { prefix })} unfinished uploads`,
    },
  ];
}

/** Whoever answers, is there. */
const ANY: readonly number[] = [200, 301, 307, 400, 403, 404];
const FIRST_OF = (prefix: string): string => `list-type=2&max-keys=1&prefix=${encodeURIComponent(prefix)}`;
const LOCATION = (region: string): string =>
  `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;

/** @throws ERR_STORE_REFUSED for clocks that are too far apart. */
function clockText(ours: number, date: string | undefined, location: string): string {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return 'the server does not say its time';
  // The header has whole seconds, cut off: half a second is its middle.
  const skew = ours - (theirs + 500);
  if (Math.abs(skew) <= NOTABLE_SKEW) return "within seconds of the server's";
  const text = `this machine is ${skewText(skew)} the server`;
  if (Math.abs(skew) <= WORST_SKEW) return `${text}: set it by NTP before it grows`;
  const fix = "Set this machine's clock, or the server's, by NTP.";
  throw sluiceError('ERR_STORE_REFUSED', { store: 'minio', location, action: 'agree on the time', reason: text, fix });
}

/** Writes, reads, lists and removes an object of its own. @throws ERR_STORE_REFUSED naming the right that is missing. */
async function tryRights(connection: S3Connection, prefix: string): Promise<string> {
  const object = `${prefix}probe-${randomBytes(8).toString('hex')}`;
  const body = Buffer.from(object);
  const about = { action: `write ${object}`, object };
  await connection.ask({ ...about, method: 'PUT', body, checksum: sha256Checksum(sha256(body)) }, [200]);
  try {
    const read = await connection.ask({ ...about, method: 'GET', action: `read ${object}` }, [200]);
    if (read.text !== object) {
      const args = { digest: sha256(body), store: connection.location, found: sha256(read.text) };
      throw sluiceError('ERR_ARTIFACT_DAMAGED', args);
    }
    for await (const { name } of listObjects(connection, object)) if (name === object) break;
  } finally {
    await connection.ask({ ...about, method: 'DELETE', action: `remove ${object}` }, [200, 204]);
  }
  return 'write, read, list, remove';
}
