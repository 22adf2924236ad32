import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';
import { pageOf } from './page-of.ts';
import { Status } from './status.ts';
import { ArtifactRef } from './step.ts';

/** A step run that made an artifact or was given it. */
export const ArtifactUse = z
  .object({
    run: z.string(),
    runName: z.string(),
    pipeline: z.string(),
    node: z.string(),
    step: z.string(),
    /** Output field, or argument. */
    field: z.string(),
    status: Status,
    time: z.string(),
  })
  .openapi('ArtifactUse');
export type ArtifactUse = z.infer<typeof ArtifactUse>;

export const ArtifactSummary = ArtifactRef.extend({
  createdAt: z.string(),
  run: z.string(),
  node: z.string(),
  step: z.string(),
  field: z.string(),
}).openapi('ArtifactSummary');
export type ArtifactSummary = z.infer<typeof ArtifactSummary>;

export const ArtifactPage = pageOf(ArtifactSummary).openapi('ArtifactPage');
export type ArtifactPage = z.infer<typeof ArtifactPage>;

/** A box on a picture, in pixels of the picture. */
export const Box = z
  .object({
    x: z.number(),
    y: z.number(),
    width: z.number(),
    height: z.number(),
    label: z.string(),
    /** 0 to 1; null for a label that somebody drew. */
    score: z.number().nullable(),
  })
  .openapi('Box');
export type Box = z.infer<typeof Box>;

const text = { text: z.string(), truncated: z.boolean() };

/** What the bytes look like. `url` is below this host and safe to put into `src`. */
export const Preview = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('picture'),
      url: z.string(),
      mediaType: z.string(),
      width: z.number().int(),
      height: z.number().int(),
    }),
    z.object({
      kind: z.literal('pictures'),
      /** Pictures in the folder; the first ones are listed. */
      total: z.number().int(),
      pictures: z
        .array(
          z.object({
            path: z.string(),
            url: z.string(),
            /** Null until it is looked at by itself. */
            width: z.number().int().nullable(),
            height: z.number().int().nullable(),
            boxes: z.array(Box).readonly(),
          }),
        )
        .readonly(),
    }),
    z.object({
      kind: z.literal('table'),
      columns: z.array(z.string()).readonly(),
      rows: z.array(z.array(z.string()).readonly()).readonly(),
      /** Rows in all; null when the file was not read to its end. */
      totalRows: z.number().int().nullable(),
    }),
    z.object({ kind: z.literal('json'), value: JsonValue }),
    z.object({ kind: z.literal('markdown'), ...text }),
    /** For a frame with `sandbox`: the answer carries a policy of its own that keeps scripts and the network out. */
    z.object({ kind: z.literal('html'), url: z.string() }),
    z.object({
      kind: z.literal('onnx'),
      producer: z.string(),
      irVersion: z.number().int(),
      opsets: z.array(z.object({ domain: z.string(), version: z.number().int() })).readonly(),
      graph: z.string(),
      inputs: z
        .array(z.object({ name: z.string(), type: z.string(), shape: z.array(z.string()).readonly() }))
        .readonly(),
      outputs: z
        .array(z.object({ name: z.string(), type: z.string(), shape: z.array(z.string()).readonly() }))
        .readonly(),
      nodes: z.array(z.object({ type: z.string(), count: z.number().int() })).readonly(),
      nodeCount: z.number().int(),
      parameters: z.number(),
      metadata: z.record(z.string(), z.string()),
    }),
    z.object({
      kind: z.literal('text'),
      ...text,
      /** For highlighting: `yaml`, `ts`, `log`; null when nobody knows. */
      language: z.string().nullable(),
    }),
    /** Its `files` are all there is to see. */
    z.object({ kind: z.literal('none'), reason: z.string() }),
  ])
  .openapi('Preview');
export type Preview = z.infer<typeof Preview>;

export const Artifact = ArtifactRef.extend({
  /** Version of the materializer that wrote it. */
  version: z.number().int(),
  /** False: its bytes are gone, the record stays. */
  stored: z.boolean(),
  createdAt: z.string(),
  producers: z.array(ArtifactUse).readonly(),
  /** At most 500, newest first. */
  consumers: z.array(ArtifactUse).readonly(),
  preview: Preview,
  /** What is inside a directory, at most 2,000 of `fileCount`; null for anything else. */
  files: z
    .array(z.object({ path: z.string(), size: z.number(), digest: z.string() }))
    .readonly()
    .nullable(),
  fileCount: z.number().int().nullable(),
  /** Other artifacts that its value points to. */
  refs: z.array(ArtifactRef).readonly(),
  /** Where its bytes are, as a download. */
  url: z.string(),
}).openapi('Artifact');
export type Artifact = z.infer<typeof Artifact>;

/** Steps and artifacts, both ways from one artifact, across runs. */
export const Lineage = z
  .object({
    nodes: z
      .array(
        z.discriminatedUnion('kind', [
          ArtifactRef.extend({
            kind: z.literal('artifact'),
            id: z.string(),
            label: z.string(),
            depth: z.number().int(),
          }),
          z.object({
            kind: z.literal('step'),
            id: z.string(),
            label: z.string(),
            run: z.string(),
            runName: z.string(),
            node: z.string(),
            step: z.string(),
            status: Status,
            time: z.string(),
            /** Further runs that did the same by a cache hit. */
            alsoIn: z.number().int(),
            depth: z.number().int(),
          }),
        ]),
      )
      .readonly(),
    edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string() })).readonly(),
    /** The graph goes on beyond `depth` or the limit of 500 nodes. */
    truncated: z.boolean(),
  })
  .openapi('Lineage');
export type Lineage = z.infer<typeof Lineage>;
