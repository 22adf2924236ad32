import { z } from 'zod';
import { defineFlavor, type Flavor } from '../flavor.ts';
import { EMBEDDED_COMPONENTS } from '../open-embedded.ts';
import { SERVER_COMPONENTS } from '../open-servers.ts';

/** An amount of bytes, in words. */
const Size = z.string().regex(/^\d+(?:\.\d+)?\s*([kKMGT]?i?B)?$/, "Write a number and a unit: '512MiB', '20GiB'.");

export const ARTIFACT_STORES: readonly Flavor<'artifact_store'>[] = [
  defineFlavor({
    kind: 'artifact_store',
    name: 'local',
    description: 'a content-addressed folder on this machine, or on a share that several machines mount',
    options: z.strictObject({
      path: z.string().min(1).optional().describe('Folder, counted from the project; left out: .sluice/artifacts'),
    }),
    open: EMBEDDED_COMPONENTS.artifact_store,
  }),
  defineFlavor({
    kind: 'artifact_store',
    name: 'minio',
    description: 'a bucket of MinIO, or of any other server that speaks S3, behind a cache on this machine',
    services: ['minio', 'minio-init'],
    options: z.strictObject({
      endpoint: z.url({ protocol: /^https?$/ }).describe('URL of the server, as in http://localhost:9000'),
      bucket: z.string().min(3).describe('Bucket; sluice stack doctor --fix makes it'),
      accessKey: z.string().min(1).describe('Name of the access key, as ${secret:NAME} or ${env:NAME}'),
      secretKey: z.string().min(1).describe('Its secret, as ${secret:NAME} or ${env:NAME}'),
      sessionToken: z.string().min(1).optional().describe('Token of temporary credentials'),
      prefix: z.string().default('').describe('Folder inside the bucket, for several projects in one'),
      region: z.string().default('us-east-1').describe("Region of the bucket; MinIO's default is us-east-1"),
      pathStyle: z.boolean().default(true).describe('ENDPOINT/BUCKET/…; false: BUCKET.ENDPOINT/…, as Amazon wants it'),
      caFile: z.string().min(1).optional().describe("PEM file of the authority that signed the server's certificate"),
      cache: Size.default('20GiB').describe('Most that the cache on this machine may take up'),
      partSize: Size.default('16MiB').describe('Size of one part of a big file, at least 5MiB'),
      concurrency: z.int().positive().max(64).default(4).describe('Parts of one file under way at a time'),
    }),
    ...SERVER_COMPONENTS.artifact_store.minio,
  }),
  defineFlavor({
    kind: 'artifact_store',
    name: 'memory',
    description: "this process's memory, gone with it: for tests",
    options: z.strictObject({}),
    async open() {
      const { memoryArtifactStore } = await import('../../adapters/artifact-stores/memory.ts');
      return memoryArtifactStore();
    },
  }),
];
