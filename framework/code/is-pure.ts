import { declaredBy } from './free-names.ts';
import {
  boundNames,
  decoratorsIn,
  eachChild,
  isSyntax,
  keyName,
  runtimeNode,
  type Syntax,
  walkSyntax,
} from './syntax.ts';

/**
 * What is known of a name where a piece of code stands; a name that is not in here is a global.
 * `data`: a constant of a built-in kind (array, object, Map, text), whose own methods change nothing but it. `schema`: made by a schema library, whose
 * calls only build values. `function`: a call of it only computes. `unknown`: anything else that the module or an enclosing function calls so.
 */
export type KnownNames = ReadonlyMap<string, 'data' | 'schema' | 'function' | 'unknown'>;

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
const COMPUTING = new Set([...BUILT_IN, 'Math', 'JSON']);
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
  const all = (): boolean => {
    let pure = true;
    eachChild(at, (child) => {
      pure &&= isPure(child, known);
    });
    return pure;
  };
  switch (at.type) {
    case 'Literal':
    case 'Identifier':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression':
    case 'ThisExpression':
    case 'MetaProperty':
      return true;
    case 'ExpressionStatement':
      // A directive. Any other expression that nobody uses stands there for what it does, be it by a getter.
      return (at['expression'] as Syntax).type === 'Literal';
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
    case 'ExportNamedDeclaration':
    case 'TSEnumDeclaration':
    case 'TSEnumBody':
    case 'TSEnumMember':
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
      // A schema keeps its callbacks for later.
      if (isSchema(at['callee'] as Syntax, known))
        return (at['arguments'] as readonly Syntax[]).every((one) => isPure(one, known));
      return isPureCall(at, known) && areHarmless(at['arguments'], known);
    default:
      return false;
  }
}

/** Arguments that do nothing, themselves or when they are called back. */
const areHarmless = (list: unknown, known: KnownNames): boolean =>
  (list as readonly Syntax[]).every((argument) => isPure(argument, known) && isHarmlessCallback(argument, known));

/** A function that is written here and only computes. One known by name only could do anything, unless the name is known for that. */
function isHarmlessCallback(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  if (at?.type === 'Identifier') return known.get(at['name'] as string) !== 'unknown';
  return !/^(?:FunctionExpression|ArrowFunctionExpression)$/.test(at?.type ?? '') || isComputing(at, known);
}

function isPureCall(call: Syntax, known: KnownNames): boolean {
  const callee = runtimeNode(call['callee'] as Syntax);
  if (!callee) return false;
  if (callee.type === 'Identifier') {
    return isGlobal(callee, BUILT_IN, known) || known.get(callee['name'] as string) === 'function';
  }
  if (callee.type !== 'MemberExpression') return false;
  const method = keyName(callee['property'], callee['computed']);
  const object = runtimeNode(callee['object'] as Syntax);
  if (method === undefined || !object) return false;
  if (isGlobal(object, COMPUTING, known)) return !WRITING.has(method);
  if (object.type === 'Identifier' && known.get(object['name'] as string) === 'function') return true;
  return READING.has(method) && isData(object, known);
}

const isGlobal = (node: unknown, names: ReadonlySet<string>, known: KnownNames): boolean =>
  isSyntax(node) &&
  node.type === 'Identifier' &&
  names.has(node['name'] as string) &&
  !known.has(node['name'] as string);

/** Whether the value is certainly an array, a Map, a text or the like: a plain object could have a `map` of its own. */
export function isData(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  switch (at?.type) {
    case 'ArrayExpression':
    case 'TemplateLiteral':
    case 'Literal':
      return true;
    case 'Identifier':
      return known.get(at['name'] as string) === 'data';
    case 'NewExpression':
      return isPure(at, known);
    case 'CallExpression':
      return isPure(at, known) && makesData(runtimeNode(at['callee'] as Syntax), known);
    default:
      return false;
  }
}

/** Calls that are pure already: which of them make a new array or text, and don't hand on something that was inside. */
function makesData(callee: Syntax | undefined, known: KnownNames): boolean {
  if (callee?.type !== 'MemberExpression') return isGlobal(callee, TEXT_OR_NUMBER, known);
  const method = keyName(callee['property'], callee['computed']) ?? '';
  if (isGlobal(callee['object'], new Set(['Object']), known)) return ['keys', 'values', 'entries'].includes(method);
  return (
    !['at', 'find', 'get', 'reduce', 'reduceRight', 'parse'].includes(method) && !isFunction(callee['object'], known)
  );
}

const TEXT_OR_NUMBER = new Set(['String', 'Number', 'BigInt', 'parseInt', 'parseFloat']);

const isFunction = (node: unknown, known: KnownNames): boolean =>
  isSyntax(node) && node.type === 'Identifier' && known.get(node['name'] as string) === 'function';

/** `z`, `z.object`, `z.object({…}).strict()`, `Base.extend`. */
export function isSchema(node: Syntax, known: KnownNames): boolean {
  const at = runtimeNode(node);
  switch (at?.type) {
    case 'Identifier':
      return known.get(at['name'] as string) === 'schema';
    case 'MemberExpression':
      return isSchema(at['object'] as Syntax, known);
    case 'CallExpression':
      return isSchema(at['callee'] as Syntax, known);
    default:
      return false;
  }
}

/** Statements that a function which only computes is made of. One that assigns may write to what it was given. */
const COMPUTING_STATEMENTS = new Set(['VariableDeclaration', 'ReturnStatement', 'IfStatement', 'BlockStatement']);

/** Whether a call of this function changes nothing outside: its body only names values and returns one. */
export function isComputing(node: Syntax | undefined, known: KnownNames): boolean {
  const at = node && runtimeNode(node);
  if (!at || !/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(at.type)) return false;
  if (at['async'] === true || at['generator'] === true) return false;
  const parameters = at['params'] as readonly Syntax[];
  // What the function itself calls so is not what the module knows by that name.
  const inside = new Map(known);
  walkSyntax(at, (one) => {
    for (const name of [...parameters.flatMap(boundNames), ...declaredBy(one)]) inside.set(name, 'unknown');
  });
  return parameters.every((one) => isPure(one, inside)) && doesCompute(at['body'] as Syntax, inside);
}

function doesCompute(node: Syntax, known: KnownNames): boolean {
  if (!COMPUTING_STATEMENTS.has(node.type)) return isPure(node, known);
  if (node.type === 'VariableDeclaration') return isPure(node, known);
  let computes = true;
  eachChild(node, (child) => {
    computes &&= doesCompute(child, known);
  });
  return computes;
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
