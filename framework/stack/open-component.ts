import { sluiceError } from '../errors.ts';
import { secretValues } from '../secret-values.ts';
import { checkFilledOptions } from './check-options.ts';
import type { ComponentConfig } from './component-files.ts';
import type { ComponentKind, ComponentOf } from './component-kind.ts';
import { findFlavor } from './find-flavor.ts';
import type { FlavorContext } from './flavor.ts';
import { interpolate } from './interpolate.ts';
import { EMBEDDED_COMPONENTS } from './open-embedded.ts';
import { openerOf } from './open-servers.ts';
import type { Project } from './project.ts';
import { rememberedOptions } from './remembered-options.ts';
import { EMBEDDED_FLAVORS, type StackConfig } from './stack-config.ts';

/**
 * Opens one component of a stack: its flavor found, its references filled in, its options checked.
 * @throws ERR_STACK_INVALID, ERR_FLAVOR, ERR_SECRET_MISSING, ERR_SECRET_KEY, and what the flavor throws.
 */
export async function openComponent<K extends ComponentKind>(
  stack: StackConfig,
  kind: K,
  { project, context }: { readonly project: Project; readonly context: FlavorContext },
): Promise<ComponentOf[K]> {
  const component = stack.components[kind];
  // The embedded one without a word more: there is nothing to find, to fill in or to check.
  if (isEmbedded(component)) return openEmbedded(kind, context);
  const where = placeOf(component, stack);
  const opener = openerOf(kind, component.flavor);
  const flavor = opener ?? (await findFlavor(kind, component.flavor, project));
  const { secretOptions = [] } = flavor;
  const { value, references } = await interpolate(component.options, { project, where });
  keepSecret(secretOptions, value);
  const remembered = rememberedOptions(project.home);
  const filled = { flavor: `${kind}/${component.flavor}`, value, references, secretOptions };
  const known = opener && remembered.find(filled);
  if (known) return flavor.open(known as never, context);
  const checked = checkFilledOptions(await findFlavor(kind, component.flavor, project), value, references);
  if (checked.ok) {
    if (opener) remembered.keep(filled, checked.options);
    return flavor.open(checked.options as never, context);
  }
  const problems = checked.problems.map((problem) => `${kind}: ${problem}`);
  throw sluiceError('ERR_STACK_INVALID', { file: where, problems });
}

const isEmbedded = ({ kind, flavor, options }: ComponentConfig): boolean =>
  flavor === EMBEDDED_FLAVORS[kind] && Object.keys(options).length === 0;

const openEmbedded = <K extends ComponentKind>(kind: K, context: FlavorContext): Promise<ComponentOf[K]> =>
  EMBEDDED_COMPONENTS[kind]({}, context) as Promise<ComponentOf[K]>;

/** The file that says it, for messages. */
const placeOf = (component: ComponentConfig, stack: StackConfig): string => component.file ?? stack.file ?? stack.name;

/** An option that its flavor calls secret is masked wherever its value comes from, and so is the password of any URL. */
function keepSecret(secretOptions: readonly string[], options: unknown): void {
  for (const [name, value] of Object.entries((options ?? {}) as Record<string, unknown>)) {
    if (typeof value !== 'string') continue;
    if (URL.canParse(value) && /^[a-z+]+:\/\//i.test(value)) {
      // The rest of a URL is an address, which messages have to name.
      const { password } = new URL(value);
      secretValues.add(password);
      secretValues.add(decodeURIComponent(password));
    } else if (secretOptions.includes(name)) secretValues.add(value);
  }
}
