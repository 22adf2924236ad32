import { boundNames, decoratorsIn, keyName, runtimeNode, type Syntax, walkSyntax } from './syntax.ts';

/** One member of a class that may be left out of a slice. Getter and setter are two members of one name. */
export interface ClassMember {
  readonly name: string;
  readonly isStatic: boolean;
  /** `field`: a value of the object, its initialiser the code. `method`: methods, getters and setters. */
  readonly kind: 'field' | 'method' | 'constructor';
  readonly node: Syntax;
  /** Names of the object's (of a static member: the class's) other members it uses. */
  readonly uses: MemberUse;
  /** Whether it is a field without a value of its own: whoever assigns it decides. */
  readonly isUnset: boolean;
}

export interface MemberUse {
  readonly names: readonly string[];
  /** `this` is handed away, or used by a computed name: any member may be meant. */
  readonly isWhole: boolean;
}

/** A class declaration taken apart. */
export interface ClassParts {
  readonly name: string;
  readonly hasBase: boolean;
  readonly isDecorated: boolean;
  readonly members: readonly ClassMember[];
  /** What always runs or decides: base class, decorators, static blocks, members with computed names. */
  readonly shell: readonly Syntax[];
  /** What the shell uses of the class itself. */
  readonly shellUses: MemberUse;
  /** Constructor parameters that are fields. */
  readonly parameterFields: readonly string[];
  /** Whether the constructor does nothing but set fields. */
  readonly isPlainConstructor: boolean;
}

/** @param node a class whose engine decorators are gone: any that is left is foreign and counts. */
export function classParts(node: Syntax): ClassParts {
  const body = ((node['body'] as Syntax)['body'] as readonly Syntax[]).flatMap((one) => runtimeNode(one) ?? []);
  const named = body.filter((one) => one.type !== 'StaticBlock' && keyName(one['key'], one['computed']) !== undefined);
  const decorators = decoratorsIn(node);
  const rest = body.filter((one) => !named.includes(one));
  const base = node['superClass'] ? [node['superClass'] as Syntax] : [];
  const ctor = named.find((one) => one['kind'] === 'constructor');
  // Decorators run when the class is made, also those of members that nobody reaches.
  const shell = [...base, ...decorators.own, ...decorators.below, ...rest];
  return {
    name: (node['id'] as { readonly name: string } | null)?.name ?? 'default',
    hasBase: base.length > 0,
    members: named.map(memberOf),
    shell,
    // A foreign class decorator gets the class whole.
    shellUses: merged([...shell.map(usesOfThis), ...(decorators.own.length > 0 ? [WHOLE] : [])]),
    isDecorated: decorators.own.length + decorators.below.length > 0,
    parameterFields: parametersOf(ctor)
      .filter((one) => one.type === 'TSParameterProperty')
      .flatMap(boundNames),
    isPlainConstructor: statementsOf(ctor).every(setsField),
  };
}

const WHOLE: MemberUse = { names: [], isWhole: true };

function memberOf(node: Syntax): ClassMember {
  const isMethod = node.type === 'MethodDefinition';
  return {
    name: keyName(node['key'], node['computed']) ?? '',
    isStatic: node['static'] === true,
    kind: node['kind'] === 'constructor' ? 'constructor' : isMethod ? 'method' : 'field',
    node,
    uses: usesOfThis(node),
    isUnset: !isMethod && !node['value'],
  };
}

/** Members named through `this`: `this.a`, `this['a']`, `this.#a`, `const { a } = this`. Anything else hands the object away whole. */
function usesOfThis(node: Syntax): MemberUse {
  const names = new Set<string>();
  let isWhole = false;
  walkSyntax(node, (at, parent, key) => {
    if (at.type !== 'ThisExpression') return;
    const used = usedOf(parent, key);
    if (used === undefined || used.includes('constructor')) isWhole = true;
    else for (const name of used) names.add(name);
  });
  return { names: [...names], isWhole };
}

function usedOf(parent: Syntax | undefined, key: string): readonly string[] | undefined {
  if (parent?.type === 'MemberExpression' && key === 'object') {
    const name = keyName(parent['property'], parent['computed']);
    return name === undefined ? undefined : [name];
  }
  if (parent?.type !== 'VariableDeclarator') return undefined;
  const pattern = parent['id'] as Syntax;
  if (pattern.type !== 'ObjectPattern') return undefined;
  const properties = pattern['properties'] as readonly Syntax[];
  const named = properties.map((one) => (one.type === 'Property' ? keyName(one['key'], one['computed']) : undefined));
  return named.includes(undefined) ? undefined : (named as string[]);
}

function merged(uses: readonly MemberUse[]): MemberUse {
  return { names: [...new Set(uses.flatMap(({ names }) => names))], isWhole: uses.some(({ isWhole }) => isWhole) };
}

const parametersOf = (ctor: Syntax | undefined): readonly Syntax[] =>
  ((ctor?.['value'] as Syntax | undefined)?.['params'] as readonly Syntax[] | undefined) ?? [];

const statementsOf = (ctor: Syntax | undefined): readonly Syntax[] =>
  (((ctor?.['value'] as Syntax | undefined)?.['body'] as Syntax | undefined)?.['body'] as
    | readonly Syntax[]
    | undefined) ?? [];

/** `this.name = value;` */
function setsField(statement: Syntax): boolean {
  const expression = statement.type === 'ExpressionStatement' ? (statement['expression'] as Syntax) : undefined;
  if (expression?.type !== 'AssignmentExpression') return false;
  const target = runtimeNode(expression['left'] as Syntax);
  return target?.type === 'MemberExpression' && (target['object'] as Syntax).type === 'ThisExpression';
}
