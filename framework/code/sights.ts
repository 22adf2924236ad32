import { freeNames } from './free-names.ts';
import { isRequire, requiredText } from './require-names.ts';
import { boundNames, isSyntax, keyName, runtimeNode, type Syntax, walkSyntax } from './syntax.ts';

/** Something the digest can follow beside imports: a module or file named by literal text. */
export interface Link {
  /** `module`: `import('./a.ts')`, `require('./a')`. `url`: `new URL('./a.ts', import.meta.url)`, which may be code or data. */
  readonly kind: 'module' | 'url';
  readonly specifier: string;
  readonly offset: number;
}

/** Something the digest can see but not follow. */
export interface Sight {
  /** `process.env.HOME`, `eval`, `import() of an expression`, `file read readFileSync`. */
  readonly what: string;
  readonly offset: number;
}

/** What a module knows of its names. */
export interface ModuleNames {
  /** What a name was imported as: `{ module: 'node:fs', name: 'readFileSync' }`. */
  readonly importOf: (name: string) => { readonly module: string; readonly name: string } | undefined;
  /** Names by which packages are loaded as text; see `requireNames`. */
  readonly requires: ReadonlySet<string>;
}

const FS = new Set(['fs', 'node:fs', 'fs/promises', 'node:fs/promises']);
const READS = /^(?:read|createReadStream|open|glob|cp|copyFile|stat|lstat|exists|access)/;

/** Reads of the world in `node` that are no imports, in source order. */
export function sightsIn(
  node: Syntax,
  module: ModuleNames,
): { readonly links: readonly Link[]; readonly sights: readonly Sight[] } {
  const links: Link[] = [];
  const sights: Sight[] = [];
  const written = new Set<Syntax>();
  let names: ReadonlySet<string> | undefined;
  const local = (): ReadonlySet<string> => (names ??= localNames(node));
  walkSyntax(node, (at, parent) => {
    // `process.env.A = 'b'` tells a library something that stands in the code; it reads nothing.
    if (at.type === 'AssignmentExpression' && at['operator'] === '=') written.add(at['left'] as Syntax);
    if (parent && written.has(parent) && at.type === 'MemberExpression' && isProcessEnv(at)) return;
    for (const found of lookAt(at, parent, module, local)) {
      if ('what' in found) sights.push({ ...found, offset: at.start });
      else links.push({ ...found, offset: at.start });
    }
  });
  return { links, sights };
}

type Found = { readonly what: string } | { readonly kind: Link['kind']; readonly specifier: string };

function lookAt(
  at: Syntax,
  parent: Syntax | undefined,
  module: ModuleNames,
  local: () => ReadonlySet<string>,
): Found[] {
  switch (at.type) {
    case 'ImportExpression':
      return [linkOr('module', at['source'], 'import() of an expression')];
    case 'CallExpression':
      return lookAtCall(at, parent, module, local);
    case 'NewExpression':
      return lookAtNew(at);
    case 'MemberExpression':
      return [...lookAtMeta(at, parent, module), ...(isProcessEnv(at) ? environment(at, parent) : [])];
    case 'Identifier': {
      const imported = module.importOf(at['name'] as string);
      const isEnv = imported?.name === 'env' && /^(?:node:)?process$/.test(imported.module);
      return isEnv ? environment(at, parent) : [];
    }
    default:
      return [];
  }
}

function lookAtCall(
  call: Syntax,
  parent: Syntax | undefined,
  module: ModuleNames,
  local: () => ReadonlySet<string>,
): Found[] {
  const callee = call['callee'] as Syntax;
  const first = (call['arguments'] as readonly Syntax[])[0];
  if (isName(callee, 'eval')) return [{ what: 'eval' }];
  if (isName(callee, 'Function')) return [{ what: 'new Function' }];
  if (isRequire(callee, module.requires)) return [linkOr('module', first, 'require() of an expression')];
  // Bound to a name its calls are followed by that name.
  if (isCreateRequire(callee, module)) return parent?.type === 'VariableDeclarator' ? [] : [{ what: 'createRequire' }];
  const program = programStart(callee, module);
  if (program) return [{ what: `program started by ${program}` }];
  const read = fileRead(callee, module);
  // A path that an argument or a local variable gives is an input's already, or the step's own.
  return read && !takesFrom(first, local()) ? [{ what: `file read ${read}` }] : [];
}

function lookAtNew(at: Syntax): Found[] {
  const [first, base] = at['arguments'] as readonly Syntax[];
  if (isName(at['callee'], 'Function')) return [{ what: 'new Function' }];
  const isHere = isName(at['callee'], 'URL') && base !== undefined && isMeta(base, 'url');
  return isHere ? [linkOr('url', first, 'new URL() of an expression, relative to this file')] : [];
}

const linkOr = (kind: Link['kind'], argument: unknown, what: string): Found => {
  const specifier = kind === 'module' ? requiredText(argument) : literalText(argument);
  return specifier === undefined ? { what } : { kind, specifier };
};

/** `import.meta.url` outside `new URL`, and its relatives: the module reads something beside itself, or knows where it lies. */
function lookAtMeta(at: Syntax, parent: Syntax | undefined, module: ModuleNames): Found[] {
  const name = ['url', 'dirname', 'filename', 'resolve'].find((one) => isMeta(at, one));
  const callee = parent?.['callee'] as Syntax | undefined;
  const isUrlBase = parent?.type === 'NewExpression' && isName(callee, 'URL');
  const isFollowed = callee !== undefined && (callee === at || isCreateRequire(callee, module));
  return name && !isUrlBase && !isFollowed ? [{ what: `import.meta.${name}` }] : [];
}

/** Variables read of `process.env` (`at`), by name where the code says it. */
function environment(at: Syntax, parent: Syntax | undefined): Found[] {
  if (parent?.type === 'MemberExpression' && runtimeNode(parent['object'] as Syntax) === at) {
    const name = keyName(parent['property'], parent['computed']);
    return [{ what: name === undefined ? 'process.env' : `process.env.${name}` }];
  }
  const pattern = parent?.type === 'VariableDeclarator' ? (parent['id'] as Syntax) : undefined;
  if (pattern?.type !== 'ObjectPattern') return [{ what: 'process.env' }];
  return (pattern['properties'] as readonly Syntax[]).map((property) => {
    const name = property.type === 'Property' ? keyName(property['key'], property['computed']) : undefined;
    return { what: name === undefined ? 'process.env' : `process.env.${name}` };
  });
}

const isProcessEnv = (at: Syntax): boolean => {
  const object = runtimeNode(at['object'] as Syntax);
  const isProcess =
    isName(object, 'process') ||
    (object?.type === 'MemberExpression' && keyName(object['property'], object['computed']) === 'process');
  return isProcess && keyName(at['property'], at['computed']) === 'env';
};

/** `readFileSync`, where the callee is a reading function of node:fs. */
function fileRead(callee: Syntax, { importOf }: Pick<ModuleNames, 'importOf'>): string | undefined {
  const { module, name } = calledImport(callee, { importOf }) ?? {};
  return module !== undefined && FS.has(module) && READS.test(name ?? '') ? name : undefined;
}

/** Whether the callee is node:module's `createRequire`. */
export const isCreateRequire = (callee: Syntax, module: Pick<ModuleNames, 'importOf'>): boolean =>
  calledImport(callee, module)?.name === 'createRequire';

/** `spawn`, where the callee starts another program: what that reads and does is in no source here. */
function programStart(callee: Syntax, { importOf }: Pick<ModuleNames, 'importOf'>): string | undefined {
  const { module, name } = calledImport(callee, { importOf }) ?? {};
  return /^(?:node:)?child_process$/.test(module ?? '') && /^(?:exec|spawn|fork)/.test(name ?? '') ? name : undefined;
}

/** The import that a callee leads to: `readFile(…)`, `fs.readFile(…)`, `fs.promises.readFile(…)`. */
function calledImport(
  callee: Syntax,
  { importOf }: Pick<ModuleNames, 'importOf'>,
): ReturnType<ModuleNames['importOf']> {
  if (callee.type === 'Identifier') return importOf(callee['name'] as string);
  if (callee.type !== 'MemberExpression') return undefined;
  const root = calledImport(callee['object'] as Syntax, { importOf });
  const name = keyName(callee['property'], callee['computed']);
  return root && name !== undefined ? { module: root.module, name } : undefined;
}

/** Whether an expression takes something from `this` or from a name bound inside the code it stands in. */
function takesFrom(expression: Syntax | undefined, local: ReadonlySet<string>): boolean {
  if (!expression) return true;
  let usesThis = false;
  walkSyntax(expression, (at) => {
    usesThis ||= at.type === 'ThisExpression';
  });
  return usesThis || freeNames(expression).some(({ name }) => local.has(name));
}

/** Every name that a parameter or a variable binds anywhere inside. */
function localNames(node: Syntax): ReadonlySet<string> {
  const names = new Set<string>();
  walkSyntax(node, (at) => {
    const patterns = [at['params'] ?? [], at.type === 'VariableDeclarator' ? at['id'] : []].flat();
    for (const name of patterns.flatMap(boundNames)) names.add(name);
  });
  return names;
}

const isName = (node: unknown, name: string): boolean =>
  isSyntax(node) && node.type === 'Identifier' && node['name'] === name;

const isMeta = (node: Syntax, name: string): boolean =>
  node.type === 'MemberExpression' &&
  (node['object'] as Syntax).type === 'MetaProperty' &&
  keyName(node['property'], node['computed']) === name;

/** Text without holes: `'a'` or `` `a` ``. */
function literalText(node: unknown): string | undefined {
  const at = isSyntax(node) ? runtimeNode(node) : undefined;
  if (at?.type === 'Literal' && typeof at['value'] === 'string') return at['value'];
  if (at?.type !== 'TemplateLiteral') return undefined;
  const quasis = at['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}
