import { relative } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { kindWord, readComponent } from '../../stack/component-files.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { updateComponent } from '../../stack/edit-components.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { optionsHelp, parseOptionFlags } from '../params/option-flags.ts';
import { printDone } from '../reporters/print-done.ts';
import { warnOfMissingSecrets, warnOfPlainSecrets } from '../views/plain-secrets.ts';
import { flagsOf } from './prepare-pipeline.ts';

interface Options {
  readonly unset?: readonly string[];
  readonly description?: string;
  readonly help?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice <kind> update NAME …` */
export async function componentUpdateVerb(
  kind: ComponentKind,
  { invocation, command, args }: Call,
): Promise<undefined> {
  const { unset = [], description, help, output } = command.opts<Options>();
  const [name, ...words] = args;
  const named = name !== undefined && !name.startsWith('-');
  if (help && !named) {
    command.outputHelp();
    return undefined;
  }
  if (!named) {
    throw sluiceError('ERR_USAGE', {
      message: `The name of the ${kindWord(kind)} comes first: sluice ${kindWord(kind)} update NAME --option value.`,
      hint: `sluice ${kindWord(kind)} list shows those that there are.`,
    });
  }
  const project = findProject(invocation.cwd, invocation.env);
  const component = await readComponent(project, kind, name);
  const flavor = await findFlavor(kind, component.flavor, project);
  const { out } = invocation.terminal;
  if (help) {
    out.line(`${optionsHelp(flavor, flagsOf(command), out.colors)}\n`);
    command.outputHelp();
    return undefined;
  }
  const options = parseOptionFlags(flavor, words, { verbFlags: flagsOf(command), wanted: component.flavor });
  for (const option of unset) checkUnset(option, component.options, name);
  const removed = Object.fromEntries(unset.map((option) => [option, undefined]));
  const change = { ...removed, ...options, ...(description !== undefined && { description }) };
  if (Object.keys(change).length === 0) {
    throw sluiceError('ERR_USAGE', {
      message: `Nothing to change of ${name} was named.`,
      hint: `sluice ${kindWord(kind)} update ${name} --help lists its options.`,
    });
  }
  const file = await updateComponent({ project, kind, name }, change);
  warnOfPlainSecrets(flavor, options, invocation);
  await warnOfMissingSecrets(options, project, invocation);
  const facts = { kind, name, flavor: component.flavor, file, changed: Object.keys(change) };
  printDone(invocation, {
    output,
    facts,
    text: `Changed ${Object.keys(change).join(', ')} of ${name} in ${relative(invocation.cwd, file)}.`,
  });
  return undefined;
}

function checkUnset(option: string, options: object, name: string): void {
  const known = Object.keys(options);
  if (known.includes(option)) return;
  const meant = nearest(option, known);
  throw sluiceError('ERR_USAGE', {
    message: `--unset: ${name} does not say ${option}.${meant ? ` Did you mean ${meant}?` : ''}`,
    hint: known.length > 0 ? `It says ${known.join(', ')}.` : 'It says nothing but its flavor.',
  });
}
