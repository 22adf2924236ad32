import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inputSchema, paramSpecs } from '../../../../framework/cli/params/param-specs.ts';
import { paramsHelp } from '../../../../framework/cli/params/params-help.ts';

const help = (params: z.ZodType, verbFlags: readonly string[] = []): string =>
  paramsHelp(paramSpecs(inputSchema(params)), verbFlags, createColors(false));

describe('the parameters in --help', () => {
  it('have type, description and default', () => {
    const Params = z.object({
      data: z.string().describe('Where the pictures are'),
      epochs: z.int().default(3).describe('Passes over the data'),
      optimizer: z.enum(['SGD', 'AdamW']).default('SGD'),
      classes: z.array(z.string()).optional().describe('Only these'),
      mosaic: z.boolean().default(true),
      limit: z.number().nullable().default(null),
      side: z.number().nullable().default(null).describe('Pixels (640)'),
      title: z.string().default(''),
      split: z.object({ train: z.number().default(0.8), val: z.number() }),
      extra: z.object({ a: z.string(), b: z.string() }).default({ a: 'x', b: 'y' }),
    });
    expect(help(Params)).toBe(`Parameters:
  --data <string>             Where the pictures are (required)
  --epochs <integer>          Passes over the data (default: 3)
  --optimizer <SGD|AdamW>     (default: SGD)
  --classes <list of string>  Only these (optional)
  --mosaic, --no-mosaic       (default: true)
  --limit <number|null>       (default: null)
  --side <number|null>        Pixels (640)
  --title <string>            (default: empty)
  --split.train <number>      (default: 0.8)
  --split.val <number>        (required)
  --extra.a <string>          (default: x)
  --extra.b <string>          (default: y)`);
  });

  it('show the long form where a flag of the verb has the name', () => {
    expect(help(z.object({ name: z.string().default('x') }), ['--name'])).toContain(
      '--param.name <string>  (default: x)',
    );
  });

  it('do not need a schema, and survive refinements, transforms and what JSON schema can not say', () => {
    expect(paramsHelp(paramSpecs(inputSchema(undefined)), [], createColors(false))).toBe('Parameters: none');
    const odd = z
      .object({ when: z.coerce.date().optional(), big: z.bigint().optional(), text: z.string().transform(Number) })
      .refine(() => true);
    expect(help(odd)).toContain('--text <string>');
    expect(help(odd)).toContain('--when <value>');
  });
});
