import { relative } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { kindWord } from '../../stack/component-files.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { registerComponent } from '../../stack/edit-components.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { builtInFlavors } from '../../stack/flavors.ts';
import { findProject } from '../../stack/project.ts';
import { writeMissingSchemas } from '../../stack/stack-schema.ts';
import type { Call } from '../commands/command-kit.ts';
import { optionsHelp, parseOptionFlags } from '../params/option-flags.ts';
import { printDone } from '../reporters/print-done.ts';
import { warnOfMissingSecrets, warnOfPlainSecrets } from '../views/plain-secrets.ts';
import { flagsOf } from './prepare-pipeline.ts';

interface Options {
  readonly flavor?: string;
  readonly description?: string;
  readonly help?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice <kind> register NAME --flavor F …` */
export async function componentRegisterVerb(kind: ComponentKind, call: Call): Promise<undefined> {
  const { invocation, command, args } = call;
  const { flavor: wanted, description, help, output } = command.opts<Options>();
  const project = findProject(invocation.cwd, invocation.env);
  const flavor = wanted === undefined ? undefined : await findFlavor(kind, wanted, project);
  const { out } = invocation.terminal;
  if (help) {
    if (flavor) out.line(`${flavor.description}\n\n${optionsHelp(flavor, flagsOf(command), out.colors)}\n`);
    command.outputHelp();
    return undefined;
  }
  const [name, ...words] = args;
  const usage = `sluice ${kindWord(kind)} register NAME --flavor FLAVOR`;
  if (name === undefined || name.startsWith('-')) {
    throw sluiceError('ERR_USAGE', {
      message: `The name of the ${kindWord(kind)} comes first: ${usage}.`,
      hint: `sluice ${kindWord(kind)} register --help says more.`,
    });
  }
  if (!flavor || wanted === undefined) throw await nameTheFlavor(kind, usage);
  const options = parseOptionFlags(flavor, words, { verbFlags: flagsOf(command), wanted });
  const file = await registerComponent({ project, kind, name, flavor: wanted, options, description });
  await writeMissingSchemas(project);
  warnOfPlainSecrets(flavor, options, invocation);
  await warnOfMissingSecrets(options, project, invocation);
  const facts = { kind, name, flavor: wanted, file };
  const text = `Registered the ${kindWord(kind)} ${name} in ${relative(invocation.cwd, file)}.`;
  printDone(invocation, { output, facts, text });
  return undefined;
}

async function nameTheFlavor(kind: ComponentKind, usage: string): Promise<Error> {
  const names = (await builtInFlavors(kind)).map(({ name }) => name);
  return sluiceError('ERR_USAGE', {
    message: `Which flavor? ${usage}.`,
    hint: `There are: ${names.join(', ')}; or a module of your own: ./my-store.ts.`,
  });
}
