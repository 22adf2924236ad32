import { isDeepStrictEqual } from 'node:util';
import { parseParams } from '../authoring/parse-params.ts';
import type { PipelineDefinition } from '../authoring/pipeline.ts';
import { SluiceError } from '../errors.ts';
import { jsonData } from './json-data.ts';

/**
 * The parameters of a stored run, as its pipeline's body had them. The record keeps, as JSON, what the schema put out, and not what it was given:
 *
 * - a schema that makes the same of its own output gives the values back, dates and maps too, which JSON keeps as text and objects;
 * - one that would make something else of them (`z.string().transform(Number)`) must not see them again: they are taken as they are stored.
 */
export async function restoreParams(definition: PipelineDefinition, stored: unknown): Promise<unknown> {
  try {
    const again = await parseParams(definition, stored);
    return isDeepStrictEqual(jsonData(again, []), stored) ? again : stored;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'ERR_PARAMS') return stored;
    throw error;
  }
}
