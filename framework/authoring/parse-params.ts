import { sluiceError } from '../errors.ts';
import type { PipelineDefinition } from './pipeline.ts';

/** Values checked against the pipeline's schema, defaults filled in. @throws ERR_PARAMS naming every wrong one. */
export async function parseParams(definition: PipelineDefinition, values: unknown): Promise<unknown> {
  if (!definition.params) return values ?? {};
  const parsed = await definition.params.safeParseAsync(values ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const found = path.reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
      values,
    );
    const shown = found === undefined ? '' : ` (got ${JSON.stringify(found)})`;
    return `${path.map(String).join('.') || 'parameters'}: ${message}${shown}`;
  });
  throw sluiceError('ERR_PARAMS', { pipeline: definition.name, problems });
}
