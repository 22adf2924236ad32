import type { ImportedName } from './module-facts.ts';
import { isSyntax, type Syntax } from './syntax.ts';

const ENGINE = 'sluice';

/**
 * Takes the engine's own decorators (`@step`, `@pipeline`) out of a tree, so that their options are no code of the step. A decorator is the
 * engine's when the module imports it from `sluice`; every other one stays code that counts.
 *
 * @returns whether the module has decorators at all.
 */
export function dropEngineDecorators(node: unknown, imported: Readonly<Record<string, ImportedName>>): boolean {
  if (Array.isArray(node)) return node.map((item) => dropEngineDecorators(item, imported)).includes(true);
  if (!isSyntax(node)) return false;
  const own = node['decorators'];
  const had = Array.isArray(own) && own.length > 0;
  if (had) {
    const kept = (own as readonly Syntax[]).filter((one) => !isEngines(one['expression'] as Syntax, imported));
    // The tree was parsed for this digest alone: nobody else sees the change.
    (node as { decorators?: unknown })['decorators'] = kept;
  }
  let below = false;
  for (const key in node) below = dropEngineDecorators(node[key], imported) || below;
  return had || below;
}

/** `@step`, `@step({ … })`, `@sluice.step({ … })`. */
function isEngines(expression: Syntax, imported: Readonly<Record<string, ImportedName>>): boolean {
  const callee = expression.type === 'CallExpression' ? (expression['callee'] as Syntax) : expression;
  const root = callee.type === 'MemberExpression' ? (callee['object'] as Syntax) : callee;
  return root.type === 'Identifier' && imported[root['name'] as string]?.specifier === ENGINE;
}
