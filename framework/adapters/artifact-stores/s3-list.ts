import type { S3Connection } from './s3-connection.ts';

export interface ListedObject {
  /** Full name in the bucket. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Every object whose name begins so, in the order of names, a thousand a request. */
export async function* listObjects(connection: S3Connection, prefix: string): AsyncGenerator<ListedObject> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' });
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = new URLSearchParams({
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(after === '' ? {} : { 'continuation-token': after }),
    });
    // The signature is over `%20`, not `+`.
    const query = page.toString().replaceAll('+', '%20');
    const answer = await connection.ask({ method: 'GET', action: `list ${prefix}`, query }, [200]);
    const { ListBucketResult: found } = parser.parse(answer.text) as { readonly ListBucketResult: ListPage };
    for (const { Key, Size, LastModified } of found.Contents ?? []) {
      const name = decodeURIComponent(Key.replaceAll('+', ' '));
      yield { name, size: Number(Size), modifiedAt: Date.parse(LastModified) };
    }
    after = found.IsTruncated === 'true' ? found.NextContinuationToken : undefined;
  }
}

interface ListPage {
  readonly Contents?: readonly { readonly Key: string; readonly Size: string; readonly LastModified: string }[];
  readonly IsTruncated?: string;
  readonly NextContinuationToken?: string;
}
