import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRawOptions } from '../../../framework/stack/check-options.ts';
import { COMPONENT_KINDS } from '../../../framework/stack/component-kind.ts';
import { findFlavor } from '../../../framework/stack/find-flavor.ts';
import { readStackConfig, stackNames } from '../../../framework/stack/stack-config.ts';
import { schemaText, stackSchemas, writeSchemas } from '../../../framework/stack/stack-schema.ts';
import { projectWith } from './project-with.ts';

const stacks = resolve('stacks');
const shipped = { dir: resolve('.'), home: resolve('.sluice') };

describe('the JSON schemas under stacks/schema', () => {
  it('are those of the code (else: npx sluice stack schema)', async () => {
    const schemas = await stackSchemas();
    expect(readdirSync(join(stacks, 'schema')).sort()).toEqual(Object.keys(schemas).sort());
    for (const [name, schema] of Object.entries(schemas)) {
      expect(readFileSync(join(stacks, 'schema', name), 'utf8'), name).toBe(schemaText(schema));
    }
  });

  it('have every flavor with its options, and a reference wherever no free text is expected', async () => {
    const { 'artifact_store.json': store, 'stack.json': stack } = await stackSchemas();
    expect(store).toMatchObject({
      anyOf: expect.arrayContaining([
        expect.objectContaining({
          properties: expect.objectContaining({
            flavor: { const: 'minio' },
            concurrency: expect.objectContaining({
              anyOf: [expect.anything(), expect.objectContaining({ pattern: expect.stringContaining('env:') })],
            }),
          }),
          required: expect.arrayContaining(['flavor', 'endpoint']),
        }),
      ]),
    });
    expect(Object.keys(stack?.['properties'] as object)).toEqual(['description', ...COMPONENT_KINDS]);
  });

  it('are written over older ones', async () => {
    const project = projectWith({ 'stacks/schema/stack.json': 'old' });
    await writeSchemas(project);
    expect(readFileSync(join(project.dir, 'stacks', 'schema', 'stack.json'), 'utf8')).toContain('A stack of Sluice');
  });
});

describe('the stacks that ship', () => {
  it.each(stackNames(shipped))('%s names its schema, and fits its flavors', async (name) => {
    const text = readFileSync(join(stacks, `${name}.yaml`), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    expect(existsSync(join(stacks, schema))).toBe(true);
    const { components } = await readStackConfig(shipped, name);
    for (const kind of COMPONENT_KINDS) {
      const flavor = await findFlavor(kind, components[kind].flavor, shipped);
      expect(checkRawOptions(flavor, components[kind].options)).toEqual([]);
    }
  });
});
