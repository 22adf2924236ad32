import { type SluiceError, sluiceError } from '../../errors.ts';

/** What a server said when it did not do what it was asked. */
export interface S3Refusal {
  readonly status: number;
  /** S3's own: `AccessDenied`, `NoSuchBucket`; the status where the server gave none. */
  readonly code: string;
  readonly message: string;
  /** The server's clock when it answered, milliseconds since the epoch; undefined when it did not say. */
  readonly serverTime: number | undefined;
}

/** What a request was for: names the object and, by method, the right that it needs. */
export interface S3Action {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** In words, after "could not": `read objects/ab/cdef`. */
  readonly action: string;
  readonly bucket: string;
  readonly location: string;
}

/** A fault that passes by itself, so that the request is worth another try: a lost connection, a server that starts or is busy. */
export class PassingFault extends Error {
  override readonly name = 'PassingFault';
}

const FULL: ReadonlySet<string> = new Set([
  'XMinioAdminBucketQuotaExceeded',
  'XMinioStorageFull',
  'QuotaExceeded',
  'EntityTooLarge',
  'InsufficientStorage',
]);
const CREDENTIALS: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidTokenId',
  'ExpiredToken',
  'XMinioAccessKeyDisabled',
]);

/** The server counted another digest of what it got than it was told. */
export const MISMATCH: ReadonlySet<string> = new Set([
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'BadDigest',
]);

/** A server's "no" as an error that says what to do. */
export function refusalError(refusal: S3Refusal, { method, action, bucket, location }: S3Action): SluiceError {
  const { code, message, status, serverTime } = refusal;
  const said = `${message || 'it did not say why'} (${code})`.replace(/\.? \(/, ' (');
  const refuse = (reason: string, fix: string): SluiceError =>
    sluiceError('ERR_STORE_REFUSED', { store: 'minio', location, action, reason, fix });
  if (FULL.has(code) || status === 507) {
    return sluiceError('ERR_STORE_WRITE', {
      store: 'minio',
      path: location,
      reason: `the server has no room: ${said}`,
    });
  }
  if (CREDENTIALS.has(code)) {
    const fix = 'Check accessKey and secretKey of this component (and sessionToken, if it has one).';
    return refuse(`it does not know these credentials: ${said}`, fix);
  }
  if (code === 'RequestTimeTooSkewed') {
    const off = serverTime === undefined ? '' : `: this machine is ${skewText(Date.now() - serverTime)} the server`;
    return refuse(`the clocks differ too much${off}`, "Set this machine's clock, or the server's, by NTP.");
  }
  if (MISMATCH.has(code)) {
    const fix = 'The file was changed while it was being stored: write it to its end before the step returns it.';
    return refuse(`its bytes are others than when it was first read (${code})`, fix);
  }
  if (code === 'NoSuchBucket') {
    const fix = `sluice stack doctor --fix makes it; or correct the component's bucket.`;
    return refuse(`there is no bucket ${bucket}`, fix);
  }
  if (code === 'AccessDenied' || status === 403) {
    const right = rightFor(method, action);
    return refuse(`the right ${right} is missing: ${said}`, `Give this access key ${right} on the bucket ${bucket}.`);
  }
  return refuse(said, 'sluice stack doctor tries every part of this store and says what to do.');
}

/** `3 s behind`, `15 min ahead of`. @param ms our clock minus the server's */
export function skewText(ms: number): string {
  const size =
    Math.abs(ms) < 120_000 ? `${Math.round(Math.abs(ms) / 1000)} s` : `${Math.round(Math.abs(ms) / 60_000)} min`;
  return `${size} ${ms < 0 ? 'behind' : 'ahead of'}`;
}

/** The name that policies of S3 have for it. */
function rightFor(method: S3Action['method'], action: string): string {
  if (action.startsWith('list')) return 's3:ListBucket';
  if (action.startsWith('make the bucket')) return 's3:CreateBucket';
  if (method === 'PUT' || method === 'POST') return 's3:PutObject';
  return method === 'DELETE' ? 's3:DeleteObject' : 's3:GetObject (and s3:ListBucket)';
}
