import { inputError } from 'sluice';

/** Far above any file fetched here, far below what would fill the memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Fetches a file into memory.
 *
 * @param options.onProgress called with each piece: fraction (0 while the length is unknown) and `3.1 of 6.7 MB`.
 * @throws ERR_INPUT naming the URL and the way without network; the signal's reason when it is aborted.
 */
export async function downloadFile(
  url: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (fraction: number, text: string) => void },
): Promise<Uint8Array> {
  const failed = (reason: string, cause?: unknown): Error =>
    inputError(
      `${url} could not be downloaded: ${reason}.`,
      'Without internet, put the data set on this machine by other means and pass its folder: --data PATH.',
      cause,
    );
  try {
    const response = await fetch(url, { signal: options.signal });
    if (!response.ok || response.body === null) throw failed(`HTTP ${response.status} ${response.statusText}`.trim());
    const total = Number(response.headers.get('content-length') ?? 0);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of response.body) {
      pieces.push(piece);
      length += piece.length;
      if (length > MOST_BYTES) throw failed(`it is larger than ${megabytes(MOST_BYTES)} MB`);
      const text = total > 0 ? `${megabytes(length)} of ${megabytes(total)} MB` : `${megabytes(length)} MB`;
      options.onProgress(total > 0 ? Math.min(1, length / total) : 0, text);
    }
    return Buffer.concat(pieces, length);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof TypeError) throw failed(reasonOf(error), error);
    throw error;
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** fetch says only `fetch failed` or `terminated`; the cause says why. */
function reasonOf(error: TypeError): string {
  const { cause } = error;
  return cause instanceof Error ? cause.message || error.message : error.message;
}
