import { decoratorsIn, isSyntax, keyName, runtimeNode, type Syntax, valueChildren } from './syntax.ts';

/** What is known of the names of a module while it is read from the top. */
export interface KnownNames {
  /** Constants that hold built-in data: arrays, objects, Maps, texts. Their own methods change nothing but them. */
  readonly data: Set<string>;
  /** What comes from a schema library whose calls only build values: zod. */
  readonly schemas: Set<string>;
  /** Imports of functions that only compute: of node:path, node:url. */
  readonly functions: Set<string>;
}

/** Packages whose exports only compute. */
export const COMPUTING_MODULES = new Set([
  'path',
  'node:path',
  'url',
  'node:url',
  'node:path/posix',
  'node:path/win32',
]);
export const SCHEMA_MODULES = new Set(['zod', 'zod/v4', 'zod/v3', 'zod/mini']);

const BUILT_IN = new Set(
  'Map Set WeakMap WeakSet Date RegExp Error TypeError RangeError URL URLSearchParams Array Object String Number Boolean BigInt Symbol ArrayBuffer DataView TextEncoder TextDecoder Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array parseInt parseFloat isNaN isFinite structuredClone'.split(
    ' ',
  ),
);
/** Objects whose methods only compute. `Object.assign` and `Object.defineProperty` write to their first argument. */
const COMPUTING = new Set(['Math', 'Object', 'Number', 'String', 'Array', 'JSON', 'Symbol', 'BigInt', 'Date', 'URL']);
const WRITING = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf']);
/** Methods of built-in data that hand their arguments' results on and write to nothing but a new value. */
const READING = new Set(
  'at charAt charCodeAt codePointAt concat entries every filter find findIndex flat flatMap has get includes indexOf join keys lastIndexOf map padEnd padStart reduce reduceRight repeat replace replaceAll slice some split startsWith endsWith toFixed toLowerCase toReversed toSorted toString toUpperCase trim trimEnd trimStart values with'.split(
    ' ',
  ),
);

/**
 * Whether running `node` at the top of a module changes nothing that other code could see, so that a declaration nobody uses may be left out.
 * In doubt it does: a call counts unless it is one of a short list.
 */
export function isPure(node: Syntax | undefined, known: KnownNames): boolean {
  const at = node && runtimeNode(node);
  if (!at) return true;
  const all = (): boolean => [...valueChildren(at)].every(([, child]) => isPure(child, known));
  switch (at.type) {
    case 'Literal':
    case 'Identifier':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression':
    case 'ThisExpression':
    case 'MetaProperty':
    case 'TSEnumDeclaration':
      return true;
    case 'ClassExpression':
    case 'ClassDeclaration':
      return isPureClass(at, known);
    case 'UnaryExpression':
      return at['operator'] !== 'delete' && all();
    case 'TemplateLiteral':
    case 'TemplateElement':
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'ConditionalExpression':
    case 'ArrayExpression':
    case 'ObjectExpression':
    case 'Property':
    case 'SpreadElement':
    case 'MemberExpression':
    case 'ChainExpression':
    case 'VariableDeclarator':
    case 'ObjectPattern':
    case 'ArrayPattern':
    case 'AssignmentPattern':
    case 'RestElement':
    case 'ExpressionStatement':
    case 'ExportNamedDeclaration':
    case 'TSModuleDeclaration':
    case 'TSModuleBlock':
    case 'TSImportEqualsDeclaration':
    case 'TSQualifiedName':
      return all();
    case 'VariableDeclaration':
      // `using` disposes at the end of the module.
      return !String(at['kind']).endsWith('using') && all();
    case 'NewExpression':
      return isGlobal(at['callee'], BUILT_IN, known) && areHarmless(at['arguments'], known);
    case 'CallExpression':
      return isPureCall(at, known) && areHarmless(at['arguments'], known);
    default:
      return false;
  }
}

/** Arguments that do nothing, themselves or when they are called back. */
const areHarmless = (list: unknown, known: KnownNames): boolean =>
  (list as readonly Syntax[]).every((argument) => isPure(argument, known) && isHarmlessCallback(argument, known));

/** `(x) => expression` that is pure itself. A function with a body could do anything; so could one known by name only. */
function isHarmlessCallback(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  if (at?.type === 'FunctionExpression') return false;
  if (at?.type !== 'ArrowFunctionExpression') return true;
  return at['expression'] === true && isPure(at['body'] as Syntax, known);
}

function isPureCall(call: Syntax, known: KnownNames): boolean {
  const callee = runtimeNode(call['callee'] as Syntax);
  if (!callee) return false;
  if (isSchema(callee, known)) return true;
  if (callee.type === 'Identifier') {
    return isGlobal(callee, BUILT_IN, known) || known.functions.has(callee['name'] as string);
  }
  if (callee.type !== 'MemberExpression') return false;
  const method = keyName(callee['property'], callee['computed']);
  const object = runtimeNode(callee['object'] as Syntax);
  if (method === undefined || !object) return false;
  if (isGlobal(object, COMPUTING, known)) return !WRITING.has(method);
  if (object.type === 'Identifier' && known.functions.has(object['name'] as string)) return true;
  return READING.has(method) && isData(object, known);
}

/** A global, not shadowed: `known` holds what the module itself calls so. */
const isGlobal = (node: unknown, names: ReadonlySet<string>, known: KnownNames): boolean =>
  isSyntax(node) &&
  node.type === 'Identifier' &&
  names.has(node['name'] as string) &&
  !known.data.has(node['name'] as string);

/** Whether the value is certainly of a built-in kind. */
export function isData(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  switch (at?.type) {
    case 'ArrayExpression':
    case 'ObjectExpression':
    case 'TemplateLiteral':
    case 'Literal':
      return true;
    case 'Identifier':
      return known.data.has(at['name'] as string);
    case 'NewExpression':
    case 'CallExpression':
      return isPure(at, known) && !isSchema(at, known);
    default:
      return false;
  }
}

/** `z`, `z.object`, `z.object({…}).strict()`, `Base.extend`. */
export function isSchema(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  switch (at?.type) {
    case 'Identifier':
      return known.schemas.has(at['name'] as string);
    case 'MemberExpression':
      return isSchema(at['object'] as Syntax, known);
    case 'CallExpression':
      return isSchema(at['callee'] as Syntax, known);
    default:
      return false;
  }
}

/** Class declarations run their decorators, static blocks, static fields and computed keys. */
function isPureClass(node: Syntax, known: KnownNames): boolean {
  const members = (node['body'] as Syntax)['body'] as readonly Syntax[];
  const { own, below } = decoratorsIn(node);
  const base = (node['superClass'] as Syntax | null) ?? undefined;
  return own.length + below.length === 0 && isPure(base, known) && members.every((one) => isPureMember(one, known));
}

/** Whether making the class runs nothing of this member that other code may notice. */
export function isPureMember(member: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(member);
  if (!at) return true;
  if (at.type === 'StaticBlock') return false;
  if (at['computed'] && !isPure(at['key'] as Syntax, known)) return false;
  return !at['static'] || at.type === 'MethodDefinition' || isPure((at['value'] as Syntax | null) ?? undefined, known);
}
