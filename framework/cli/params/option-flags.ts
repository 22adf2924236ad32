import { sluiceError } from '../../errors.ts';
import { optionNames } from '../../stack/check-options.ts';
import type { Flavor } from '../../stack/flavor.ts';
import { holdsReference } from '../../stack/interpolate.ts';
import type { Colors } from '../reporters/terminal.ts';
import type { JsonSchema } from './json-schema.ts';
import { inputSchema, kebabCase, paramSpecs } from './param-specs.ts';
import { paramsHelp } from './params-help.ts';
import { parseParamFlags } from './parse-param-flags.ts';

/** The JSON schema of a flavor's options, as a file or a flag has them. */
export const optionSchema = ({ options }: Flavor): JsonSchema => inputSchema(options);

/**
 * A component's options from the flags that its verb did not understand; references are taken as they stand.
 * @param wanted the flavor as the user names it: of one's own, a module.
 * @throws ERR_USAGE with one sentence for each wrong flag or value.
 */
export const parseOptionFlags = (
  flavor: Flavor,
  words: readonly string[],
  { verbFlags, wanted }: { readonly verbFlags: readonly string[]; readonly wanted: string },
): Record<string, unknown> =>
  parseParamFlags({
    pipeline: flavor.name,
    schema: optionSchema(flavor),
    words,
    verbFlags,
    isVerbatim: holdsReference,
    refuse: (problems) =>
      sluiceError('ERR_USAGE', {
        message: `Options of ${flavor.name}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
        hint: `sluice ${flavor.kind.replace('_', '-')} register --flavor ${wanted} --help lists them.`,
      }),
  });

/** The "Options" part of `sluice <kind> register --flavor F --help`. */
export const optionsHelp = (flavor: Flavor, verbFlags: readonly string[], colors: Colors): string =>
  paramsHelp(paramSpecs(optionSchema(flavor)), verbFlags, colors, `Options of ${flavor.name}:`);

/** Flags of a flavor's options, for completion. */
export const optionFlags = (flavor: Flavor): readonly string[] =>
  optionNames(flavor).map((name) => `--${kebabCase(name)}`);
