import { createHash } from 'node:crypto';
import {
  type MinioArtifactStoreOptions,
  minioArtifactStore,
} from '../../../framework/adapters/artifact-stores/minio.ts';
import { readThrough } from '../../../framework/adapters/artifact-stores/read-through.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';

/**
 * A process of its own that writes one file into a MinIO, reads it back, and says how much memory that took:
 * `node --import register.js move-big-file.ts '{ "options": …, "file": …, "cacheDir": … }'`.
 */
const { options, file, cacheDir } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly options: MinioArtifactStoreOptions;
  readonly file: string;
  readonly cacheDir: string;
};
const remote = minioArtifactStore(options);
await remote.has(sha256('absent'));
const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
const { digest, blake3 } = await remote.write({ file });
const hash = createHash('sha256');
for await (const chunk of await remote.read(digest)) hash.update(chunk as Buffer);
const store = readThrough({ remote, cacheDir });
await store.localPath(digest, blake3);
await store.close();
clearInterval(watch);
console.log(JSON.stringify({ digest, read: hash.digest('hex'), grownBy: most - before }));
