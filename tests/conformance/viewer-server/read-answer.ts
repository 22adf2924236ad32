import { expect } from 'vitest';
import type { z } from 'zod';
import type { TestServer } from '../../unit/server/open-test-server.ts';

/** An answer of 200, as the schema that its documentation is made from understands it. */
export async function read<Schema extends z.ZodType>(
  server: TestServer,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await server.get(path);
  const text = await answer.text();
  expect([answer.status, text.slice(0, 500)]).toEqual([200, expect.anything()]);
  return schema.parse(JSON.parse(text));
}
