import { padEnd, truncate, widthOf } from '../format/width.ts';
import type { Colors } from '../reporters/terminal.ts';
import type { ParamSpec } from './param-specs.ts';

/** Wider flags push their description to the next line, so that one long one doesn't move all others. */
const WIDEST_FLAG = 36;
const LONGEST_DEFAULT = 60;

/** The "Parameters" part of `sluice run PIPELINE --help`: flag, type, description, default. */
export function paramsHelp(
  specs: readonly ParamSpec[],
  verbFlags: readonly string[],
  colors: Colors,
  heading = 'Parameters:',
): string {
  if (specs.length === 0) return `${colors.bold(heading)} none`;
  const flags = specs.map((spec) => flagText(spec, verbFlags));
  const width = Math.min(WIDEST_FLAG, Math.max(...flags.map(widthOf)));
  const lines = specs.map((spec, i) => {
    const flag = flags[i] ?? '';
    const about = [spec.description, noteOf(spec, colors)]
      .filter((text) => text !== undefined && text !== '')
      .join(' ');
    const first =
      widthOf(flag) > width ? `${colors.cyan(flag)}\n  ${' '.repeat(width)}` : colors.cyan(padEnd(flag, width));
    return `  ${first}  ${about}`.trimEnd();
  });
  return [colors.bold(heading), ...lines].join('\n');
}

function flagText({ name, type, boolean }: ParamSpec, verbFlags: readonly string[]): string {
  // The verb's own flag of that name wins; the long form always reaches the parameter.
  const flag = verbFlags.includes(`--${name}`) ? `--param.${name}` : `--${name}`;
  return boolean ? `${flag}, --no-${name}` : `${flag} <${type}>`;
}

function noteOf(spec: ParamSpec, colors: Colors): string {
  if (spec.required) return colors.yellow('(required)');
  if (spec.default === undefined) return colors.dim('(optional)');
  // Nothing by default: its description says what that means.
  if (spec.default === null && spec.description) return '';
  if (spec.default === '') return colors.dim('(default: empty)');
  const value = typeof spec.default === 'string' ? spec.default : JSON.stringify(spec.default);
  return colors.dim(`(default: ${truncate(value, LONGEST_DEFAULT)})`);
}
