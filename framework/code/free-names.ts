import { boundNames, eachChild, keyName, runtimeNode, type Syntax } from './syntax.ts';

/** A use of a name that is not bound inside the code it stands in. */
export interface Reference {
  readonly name: string;
  /** The one member used (`name.member`); undefined when the whole value is. */
  readonly member: string | undefined;
  /** Whether the name itself gets a new value here. */
  readonly isWrite: boolean;
}

type Scopes = readonly ReadonlySet<string>[];

/**
 * Names that `node` takes from outside. In doubt a name counts as taken: only a name bound by a parameter, a catch, a loop or a declaration directly in
 * an enclosing block is local (so a hoisted `var` of an inner block may count too much, never too little).
 */
export function freeNames(node: Syntax): readonly Reference[] {
  const found = new Map<string, Reference>();
  collect(node, undefined, '', [], found);
  return [...found.values()];
}

function collect(
  node: Syntax,
  parent: Syntax | undefined,
  key: string,
  scopes: Scopes,
  found: Map<string, Reference>,
): void {
  const note = (name: string, member: string | undefined, isWrite: boolean): void => {
    if (scopes.some((scope) => scope.has(name))) return;
    found.set(`${name} ${member ?? ''} ${isWrite}`, { name, member, isWrite });
  };
  if (node.type === 'Identifier' || node.type === 'JSXIdentifier') {
    if (isReference(node, parent, key)) note(node['name'] as string, memberUsed(parent, key), false);
    return;
  }
  for (const name of writtenBy(node)) note(name, undefined, true);
  eachChild(node, (child, name) => {
    const inner = scopesOf(node, name);
    collect(child, node, name, inner ? [...scopes, inner] : scopes, found);
  });
}

function isReference(node: Syntax, parent: Syntax | undefined, key: string): boolean {
  if (!parent) return true;
  switch (parent.type) {
    case 'MemberExpression':
    case 'JSXMemberExpression':
      return key === 'object' || parent['computed'] === true;
    case 'Property':
      // `{ a }` has one node in both places: it is the value.
      return key === 'value' || parent['computed'] === true;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return key !== 'key' || parent['computed'] === true;
    case 'TSEnumMember':
    case 'TSModuleDeclaration':
    case 'FunctionExpression':
    case 'ClassExpression':
      return key !== 'id';
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return key !== 'label';
    case 'MetaProperty':
    case 'ImportAttribute':
    case 'ImportSpecifier':
    case 'JSXAttribute':
      return false;
    default:
      // `<div>` is text, `<Chart>` is a value.
      return node.type === 'Identifier' || /^[A-Z_$]/.test(node['name'] as string);
  }
}

function memberUsed(parent: Syntax | undefined, key: string): string | undefined {
  if (parent?.type !== 'MemberExpression' || key !== 'object') return undefined;
  return keyName(parent['property'], parent['computed']);
}

/** Names that get a new value right here. */
function writtenBy(node: Syntax): readonly string[] {
  if (node.type === 'AssignmentExpression') return boundNames(node['left']);
  if (node.type === 'UpdateExpression') return boundNames(node['argument']);
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return boundNames(node['left']);
  return [];
}

/**
 * What `node` binds for the child in its field `key`. A function's parameters don't see what its body declares (the body is a block of its own),
 * the value of a switch not what its cases declare.
 */
function scopesOf(node: Syntax, key: string): ReadonlySet<string> | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return new Set((node['params'] as readonly unknown[]).flatMap(boundNames));
    case 'CatchClause':
      return new Set(boundNames(node['param']));
    case 'ForStatement':
      return new Set(declaredBy(node['init']));
    case 'ForOfStatement':
    case 'ForInStatement':
      return new Set(declaredBy(node['left']));
    case 'BlockStatement':
    case 'StaticBlock':
    case 'TSModuleBlock':
      return new Set((node['body'] as readonly unknown[]).flatMap(declaredBy));
    case 'SwitchStatement':
      return key === 'cases' ? new Set((node['cases'] as readonly Syntax[]).flatMap(declaredInCase)) : undefined;
    default:
      return undefined;
  }
}

const declaredInCase = (one: Syntax): readonly string[] =>
  (one['consequent'] as readonly unknown[]).flatMap(declaredBy);

/** Names that a statement binds in the block it stands in. */
export function declaredBy(statement: unknown): readonly string[] {
  const node = statement ? runtimeNode(statement as Syntax) : undefined;
  switch (node?.type) {
    case 'VariableDeclaration':
      return (node['declarations'] as readonly Syntax[]).flatMap(({ id }) => boundNames(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
    case 'TSImportEqualsDeclaration':
      return boundNames(node['id']);
    case 'TSModuleDeclaration':
      return boundNames(leftmost(node['id'] as Syntax));
    case 'ExportNamedDeclaration':
      return declaredBy(node['declaration']);
    default:
      return [];
  }
}

/** `A.B.C` declares `A`. */
const leftmost = (id: Syntax): Syntax => (id.type === 'TSQualifiedName' ? leftmost(id['left'] as Syntax) : id);
