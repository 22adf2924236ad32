/**
 * A syntax tree node (ESTree, with TypeScript's nodes) seen generically: most of what is asked of code here is asked of every kind of node alike.
 * Only `valueChildren` knows which parts of a node exist at run time.
 */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Fields that say where a node stands or what type it has: gone at run time. */
const TYPE_ONLY = new Set(
  'start end range loc parent raw typeAnnotation returnType typeParameters typeArguments superTypeArguments implements declare accessibility readonly override definite abstract importKind exportKind'.split(
    ' ',
  ),
);
/** Nodes that leave nothing behind. */
const ERASED = new Set(
  'TSInterfaceDeclaration TSTypeAliasDeclaration TSDeclareFunction TSAbstractMethodDefinition TSAbstractPropertyDefinition TSAbstractAccessorProperty TSIndexSignature TSNamespaceExportDeclaration EmptyStatement'.split(
    ' ',
  ),
);
/** Nodes that leave their `expression` behind. */
const WRAPPERS = new Set(
  'TSAsExpression TSSatisfiesExpression TSNonNullExpression TSTypeAssertion TSInstantiationExpression ParenthesizedExpression'.split(
    ' ',
  ),
);

export const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The node that runs in place of `node`: itself, what a type assertion wraps, or undefined where nothing runs. */
export function runtimeNode(node: Syntax): Syntax | undefined {
  let at = node;
  while (WRAPPERS.has(at.type)) at = at['expression'] as Syntax;
  if (ERASED.has(at.type) || at['declare'] === true) return undefined;
  if (at['importKind'] === 'type' || at['exportKind'] === 'type') return undefined;
  if (at.type === 'MethodDefinition' && (at['value'] as Syntax).type === 'TSEmptyBodyFunctionExpression')
    return undefined;
  if (at.type === 'Identifier' && at['name'] === 'this') return undefined;
  return at;
}

/**
 * Names of the fields of a node that exist at run time, in the parser's order. `optional` means `?.` there and `?:` anywhere else.
 * Kept by the kind of node: this runs for every node of a project.
 */
export function valueFields(node: Syntax): readonly string[] {
  const keys = Object.keys(node);
  const known = fieldsByType.get(node.type);
  if (known && known.all === keys.length) return known.fields;
  const isCall = node.type === 'CallExpression' || node.type === 'MemberExpression';
  const fields = keys.filter((key) => key !== 'type' && !TYPE_ONLY.has(key) && (key !== 'optional' || isCall));
  fieldsByType.set(node.type, { all: keys.length, fields });
  return fields;
}

const fieldsByType = new Map<string, { readonly all: number; readonly fields: readonly string[] }>();

/** Calls `visit` for every node directly below, as it runs. */
export function eachChild(node: Syntax, visit: (child: Syntax, key: string) => void): void {
  for (const key of valueFields(node)) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) for (const item of value) visitNode(item, key, visit);
    else visitNode(value, key, visit);
  }
}

function visitNode(value: unknown, key: string, visit: (child: Syntax, key: string) => void): void {
  const child = isSyntax(value) ? runtimeNode(value) : undefined;
  if (child) visit(child, key);
}

/** Every node from `node` down, parents first. `visit` gets the node around each, and the field it stands in. */
export function walkSyntax(
  node: Syntax,
  visit: (node: Syntax, parent: Syntax | undefined, key: string) => void,
  parent?: Syntax,
  key = '',
): void {
  visit(node, parent, key);
  eachChild(node, (child, name) => walkSyntax(child, visit, node, name));
}

/** A name as code writes it: `a`, `#a`; undefined for a computed key that is no text. */
export function keyName(key: unknown, isComputed: unknown): string | undefined {
  const node = key as { readonly type: string; readonly name?: string; readonly value?: unknown };
  if (node.type === 'Literal') return typeof node.value === 'object' ? undefined : String(node.value);
  if (isComputed) return undefined;
  if (node.type === 'PrivateIdentifier') return `#${node.name}`;
  return node.type === 'Identifier' ? node.name : undefined;
}

/** Names that a pattern (`{ a, b: [c = 1, ...d] }`) binds. */
export function boundNames(pattern: unknown): readonly string[] {
  const node = isSyntax(pattern) ? runtimeNode(pattern) : undefined;
  switch (node?.type) {
    case 'Identifier':
      return [node['name'] as string];
    case 'AssignmentPattern':
      return boundNames(node['left']);
    case 'RestElement':
      return boundNames(node['argument']);
    case 'TSParameterProperty':
      return boundNames(node['parameter']);
    case 'Property':
      return boundNames(node['value']);
    case 'ArrayPattern':
      return (node['elements'] as readonly unknown[]).flatMap(boundNames);
    case 'ObjectPattern':
      return (node['properties'] as readonly unknown[]).flatMap(boundNames);
    default:
      return [];
  }
}

const listOf = (node: Syntax, key: string): readonly Syntax[] =>
  (node[key] as readonly Syntax[] | null | undefined) ?? [];

/** Decorators of a class, of its members and of their parameters: all of them run when the class is made. */
export function decoratorsIn(classNode: Syntax): {
  readonly own: readonly Syntax[];
  readonly below: readonly Syntax[];
} {
  const members = listOf(classNode['body'] as Syntax, 'body');
  const parameters = members.flatMap((member) => (isSyntax(member['value']) ? listOf(member['value'], 'params') : []));
  return {
    own: listOf(classNode, 'decorators'),
    below: [...members, ...parameters].flatMap((one) => listOf(one, 'decorators')),
  };
}
