import { z } from '@hono/zod-openapi';
import { STATUSES } from '../../model/status.ts';

/** State of a run or a step run. */
export const Status = z.enum(STATUSES).openapi('Status');
export type Status = z.infer<typeof Status>;
