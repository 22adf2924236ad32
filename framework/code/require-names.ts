import { boundNames, keyName, type Syntax, walkSyntax } from './syntax.ts';

/**
 * Names in a module by which packages and files are loaded or found as text: `require`, and whatever a variable calls the product of `createRequire`
 * (`const load = createRequire(…)`, `const { resolve } = createRequire(…)`).
 */
export function requireNames(
  body: readonly Syntax[],
  isCreateRequire: (callee: Syntax) => boolean,
): ReadonlySet<string> {
  const names = new Set(['require']);
  for (const statement of body) {
    walkSyntax(statement, (at) => {
      if (at.type !== 'VariableDeclarator' || !isCall(at['init'], isCreateRequire)) return;
      for (const name of boundNames(at['id'])) names.add(name);
    });
  }
  return names;
}

const isCall = (node: unknown, isCallee: (callee: Syntax) => boolean): boolean =>
  (node as Syntax | null)?.type === 'CallExpression' && isCallee((node as Syntax)['callee'] as Syntax);

/** Whether a call loads or finds a module by text: `load('a')`, `load.resolve('a')`, `resolve('a')`, `import.meta.resolve('a')`. */
export function isRequire(callee: Syntax, names: ReadonlySet<string>): boolean {
  if (callee.type === 'Identifier') return names.has(callee['name'] as string);
  if (callee.type !== 'MemberExpression' || keyName(callee['property'], callee['computed']) !== 'resolve') return false;
  const object = callee['object'] as Syntax;
  return object.type === 'MetaProperty' || (object.type === 'Identifier' && names.has(object['name'] as string));
}

/**
 * The module that such a call means: its text, or of a text with holes (`` `fonts-like/ttf/${name}.ttf` ``) the package, when that stands before the
 * first hole.
 */
export function requiredText(argument: unknown): string | undefined {
  const node = argument as Syntax | undefined;
  if (node?.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node?.type !== 'TemplateLiteral') return undefined;
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  const head = quasis[0]?.value.cooked ?? '';
  if (quasis.length === 1) return head;
  return /^(?:@[^/]+\/)?[^./@][^/]*(?=\/)/.exec(head)?.[0];
}
