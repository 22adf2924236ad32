import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';

export const StackView = z
  .object({
    name: z.string(),
    /** The one that this viewer shows. */
    active: z.boolean(),
    components: z
      .array(
        z.object({
          kind: z.string(),
          /** Of a registered component; null for one that stands inline in the stack's file. */
          name: z.string().nullable(),
          flavor: z.string(),
          /** As written: references to secrets and the environment are not filled in. */
          options: z.record(z.string(), JsonValue),
        }),
      )
      .readonly(),
    /** Why its file is not understood. */
    problem: z.string().nullable(),
  })
  .openapi('Stack');
export type StackView = z.infer<typeof StackView>;

export const StackList = z.object({ items: z.array(StackView).readonly() }).openapi('StackList');
export type StackList = z.infer<typeof StackList>;

export const DoctorReport = z
  .object({
    ok: z.boolean(),
    checks: z
      .array(
        z.object({
          /** `node`, `stack NAME`, a component's kind. */
          subject: z.string(),
          check: z.string(),
          ok: z.boolean(),
          detail: z.string(),
          hint: z.string().nullable(),
          ms: z.number(),
        }),
      )
      .readonly(),
  })
  .openapi('DoctorReport');
export type DoctorReport = z.infer<typeof DoctorReport>;
