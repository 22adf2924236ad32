import { createRequire } from 'node:module';
import type * as Parser from 'oxc-parser';
import { sluiceError } from '../errors.ts';
import { sha256 } from '../hashing/digest.ts';
import { classParts } from './class-members.ts';
import { codeText } from './code-text.ts';
import { dropEngineDecorators } from './engine-decorators.ts';
import { declaredBy, freeNames, type Reference } from './free-names.ts';
import {
  COMPUTING_MODULES,
  isComputing,
  isData,
  isPure,
  isPureMember,
  isSchema,
  type KnownNames,
  SCHEMA_MODULES,
} from './is-pure.ts';
import { lineOf, readableOffset } from './line-of.ts';
import type { ClassFacts, ImportedName, Item, ModuleFacts } from './module-facts.ts';
import { requireNames } from './require-names.ts';
import { isTypeScript } from './resolve-source.ts';
import { isCreateRequire, type ModuleNames, sightsIn } from './sights.ts';
import { boundNames, runtimeNode, type Syntax, walkSyntax } from './syntax.ts';

const require = createRequire(import.meta.url);

/**
 * The facts of one module, from its text alone.
 * @throws ERR_SOURCE_SYNTAX with line and column.
 */
export function readModule(path: string, text: string): ModuleFacts {
  // Loaded here, when a digest isn't known yet: the native parser takes longer to load than a stored digest to find.
  const { parseSync } = require('oxc-parser') as typeof Parser;
  const { program, errors } = parseSync(path, text, { preserveParens: false });
  const problem = errors.find(({ severity }) => severity === 'Error');
  if (problem) {
    const at = readableOffset(path, text, problem.labels[0]?.start ?? 0);
    throw sluiceError('ERR_SOURCE_SYNTAX', { at, problem: problem.message, frame: problem.codeframe ?? '' });
  }
  const body = (program as unknown as Syntax)['body'] as readonly Syntax[];
  const module = emptyModule(text);
  // Imports first: they hold for the whole module, wherever they stand.
  for (const statement of body) readImport(statement, module);
  for (const name of body.flatMap(declaredBy)) module.known.set(name, 'unknown');
  const loads = Object.values(module.imported).some(({ specifier }) => /^(?:node:)?module$/.test(specifier));
  module.requires = requireNames(loads ? body : [], (callee) => isCreateRequire(callee, module));
  const hasDecorators = dropEngineDecorators(body, module.imported);
  for (const statement of body) readStatement(statement, module);
  const { items, declared, variables, types, imported, exported, stars, classes } = module;
  // With `emitDecoratorMetadata` a type in a decorated signature is a use; JavaScript has no imports of types.
  const evaluates = evaluated(body, module, hasDecorators || !isTypeScript(path));
  return { items, declared, variables, types, imported, exported, stars, classes, evaluates };
}

type Kind = KnownNames extends ReadonlyMap<string, infer K> ? K : never;

/** The facts while they are collected, in the order of the text. */
interface Reading extends ModuleNames {
  readonly text: string;
  readonly items: Item[];
  readonly declared: Record<string, number[]>;
  readonly variables: string[];
  readonly types: string[];
  readonly imported: Record<string, ImportedName>;
  readonly exported: Record<string, { readonly local: string } | ImportedName>;
  readonly stars: string[];
  readonly classes: Record<string, ClassFacts>;
  readonly known: Map<string, Kind>;
  requires: ReadonlySet<string>;
}

/** Records without a prototype: a module may call its function `constructor`. */
function emptyModule(text: string): Reading {
  const imported: Record<string, ImportedName> = Object.create(null);
  return {
    text,
    items: [],
    declared: Object.create(null),
    variables: [],
    types: [],
    imported,
    importOf(local) {
      const found = imported[local];
      return found && { module: found.specifier, name: found.name };
    },
    requires: new Set(),
    exported: Object.create(null),
    stars: [],
    classes: Object.create(null),
    known: new Map(),
  };
}

function readImport(statement: Syntax, module: Reading): void {
  if (statement['importKind'] === 'type') return;
  const add = (local: string, imported: ImportedName): void => {
    module.imported[local] = imported;
    const { specifier } = imported;
    const kind = SCHEMA_MODULES.has(specifier) ? 'schema' : COMPUTING_MODULES.has(specifier) ? 'function' : 'unknown';
    module.known.set(local, kind);
  };
  const reference = statement['moduleReference'] as Syntax | undefined;
  if (reference?.type === 'TSExternalModuleReference') {
    add(nameOf(statement['id']), { specifier: textOf(reference['expression']), name: '*' });
  }
  if (statement.type !== 'ImportDeclaration') return;
  for (const one of statement['specifiers'] as readonly Syntax[]) {
    const local = nameOf(one['local']);
    if (one['importKind'] === 'type') module.types.push(local);
    else add(local, { specifier: textOf(statement['source']), name: importedName(one) });
  }
}

function importedName(specifier: Syntax): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier['imported']);
}

function readStatement(statement: Syntax, module: Reading): void {
  const node = runtimeNode(statement);
  if (!node) return readTypes(statement, module);
  switch (node.type) {
    case 'ImportDeclaration':
      return;
    case 'ExportAllDeclaration':
      if (node['exported'])
        module.exported[nameOf(node['exported'])] = { specifier: textOf(node['source']), name: '*' };
      else module.stars.push(textOf(node['source']));
      return;
    case 'ExportNamedDeclaration':
      return readExports(node, module);
    case 'ExportDefaultDeclaration':
      return readDefault(node['declaration'] as Syntax, module);
    case 'TSExportAssignment':
      return readDefault(node['expression'] as Syntax, module);
    case 'TSImportEqualsDeclaration':
      if ((node['moduleReference'] as Syntax).type !== 'TSExternalModuleReference')
        declare(node, declaredBy(node), module);
      return;
    case 'VariableDeclaration':
      return readVariables(node, module);
    case 'ClassDeclaration':
      return readClass(node, nameOf(node['id']), module);
    default:
      return declare(node, declaredBy(node), module);
  }
}

/** A statement that leaves nothing behind: `interface A`, `export type { B }`, `declare const c`. */
function readTypes(statement: Syntax, module: Reading): void {
  const declaration = (statement['declaration'] as Syntax | null | undefined) ?? statement;
  if (declaration['id']) module.types.push(nameOf(declaration['id']));
  for (const one of (statement['specifiers'] as readonly Syntax[] | undefined) ?? []) {
    module.types.push(nameOf(one['exported'] ?? one['local']));
  }
}

function readExports(node: Syntax, module: Reading): void {
  const declaration = node['declaration'] as Syntax | null;
  if (declaration) {
    readStatement(declaration, module);
    for (const name of declaredBy(declaration)) module.exported[name] = { local: name };
  }
  const specifier = node['source'] ? textOf(node['source']) : undefined;
  for (const one of node['specifiers'] as readonly Syntax[]) {
    const name = nameOf(one['exported']);
    const local = nameOf(one['local']);
    if (one['exportKind'] === 'type') module.types.push(name);
    else module.exported[name] = specifier === undefined ? { local } : { specifier, name: local };
  }
}

function readDefault(declaration: Syntax, module: Reading): void {
  const node = runtimeNode(declaration);
  if (!node) return void module.types.push('default');
  const isDeclaration = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
  const own = node.type === 'Identifier' ? nameOf(node) : isDeclaration && node['id'] ? nameOf(node['id']) : undefined;
  // A default export without a name of its own gets one that no code can say.
  const local = own ?? 'default';
  module.exported['default'] = { local };
  if (node.type === 'ClassDeclaration') readClass(node, local, module);
  else if (node.type !== 'Identifier') declare(node, [local], module);
}

/** Each declarator is a piece of its own: `const a = 1, b = 2` are two. */
function readVariables(node: Syntax, module: Reading): void {
  const { known } = module;
  for (const declarator of node['declarations'] as readonly Syntax[]) {
    const names = boundNames(declarator['id']);
    const init = (declarator['init'] as Syntax | null) ?? undefined;
    const { start, end } = (node['declarations'] as readonly Syntax[]).length === 1 ? node : declarator;
    declare({ ...node, start, end, declarations: [declarator] } as Syntax, names, module);
    if (node['kind'] !== 'const') module.variables.push(...names);
    else if (init && isName(declarator['id'])) for (const name of names) known.set(name, kindOf(init, known));
  }
}

const isName = (pattern: unknown): boolean => (pattern as Syntax).type === 'Identifier';

function kindOf(init: Syntax, known: KnownNames): Kind {
  if (isComputing(init, known)) return 'function';
  if (isSchema(init, known)) return 'schema';
  return isData(init, known) ? 'data' : 'unknown';
}

function declare(node: Syntax, names: readonly string[], module: Reading): void {
  const item = addItem(names.join(',') || '(top level)', [node], !isPure(node, module.known), module);
  for (const name of names) bind(name, item, module);
  if (node.type === 'FunctionDeclaration' && isComputing(node, module.known))
    module.known.set(names[0] ?? '', 'function');
}

function readClass(node: Syntax, name: string, module: Reading): void {
  const { members, shell, hasBase, isDecorated, isPlainConstructor, parameterFields, shellUses } = classParts(node);
  const extra = isDecorated ? typesOf(node, module.text) : '';
  const shellItem = addItem(name, shell, !isPure(node, module.known), module, extra);
  bind(name, shellItem, module);
  const memberFacts = members.map(({ node: member, ...facts }) => {
    const item = addItem(`${name}.${facts.name}`, [member], !isPureMember(member, module.known), module);
    bind(name, item, module);
    return { ...facts, item };
  });
  module.classes[name] = {
    hasBase,
    isPlainConstructor,
    parameterFields,
    shellUses,
    shell: shellItem,
    members: memberFacts,
  };
}

/** Every type annotation inside: a foreign decorator may read them as metadata, so that a type is code to it. */
function typesOf(node: Syntax, text: string): string {
  const types: string[] = [];
  walkSyntax(node, (at) => {
    for (const annotation of [at['typeAnnotation'], at['returnType']] as readonly (Syntax | null | undefined)[]) {
      if (annotation) types.push(text.slice(annotation.start, annotation.end).replace(/\s+/g, ' '));
    }
  });
  return types.join('\n');
}

function addItem(name: string, nodes: readonly Syntax[], hasEffect: boolean, module: Reading, extra = ''): number {
  const found = nodes.map((node) => sightsIn(node, module));
  const line = (offset: number): number => lineOf(module.text, offset);
  module.items.push({
    name,
    digest: sha256(JSON.stringify([...nodes.map(codeText), extra])),
    spans: nodes.map(({ start, end }) => [start, end] as const),
    references: distinct(nodes.flatMap(freeNames)),
    links: found.flatMap((one) => one.links.map(({ offset, ...link }) => ({ ...link, line: line(offset) }))),
    sights: found.flatMap((one) => one.sights.map(({ what, offset }) => ({ what, line: line(offset) }))),
    hasEffect,
  });
  return module.items.length - 1;
}

function bind(name: string, item: number, module: Reading): void {
  module.declared[name] = [...(module.declared[name] ?? []), item];
}

const distinct = (references: readonly Reference[]): readonly Reference[] => [
  ...new Map(references.map((one) => [JSON.stringify(one), one])).values(),
];

/** Modules that this one runs, in its order: TypeScript leaves out an import whose names are used as types only. */
function evaluated(body: readonly Syntax[], module: Reading, keepsAll: boolean): ModuleFacts['evaluates'] {
  const exported = Object.values(module.exported).flatMap((one) => ('local' in one ? one.local : []));
  const used = new Set([...module.items.flatMap(({ references }) => references.map(({ name }) => name)), ...exported]);
  return body.flatMap((statement) => {
    if (!runtimeNode(statement)) return [];
    const reference = statement['moduleReference'] as Syntax | undefined;
    const source = reference?.type === 'TSExternalModuleReference' ? reference['expression'] : statement['source'];
    if (!source) return [];
    const specifier = textOf(source);
    if (statement.type !== 'ImportDeclaration') return [{ specifier, isBare: false }];
    const specifiers = statement['specifiers'] as readonly Syntax[];
    const isBare = specifiers.length === 0;
    const isUsed = specifiers.some(
      (one) => one['importKind'] !== 'type' && (keepsAll || used.has(nameOf(one['local']))),
    );
    return isBare || isUsed ? [{ specifier, isBare }] : [];
  });
}

/** Text of an identifier or of a string literal (`export { a as 'a b' }`). */
const nameOf = (node: unknown): string => {
  const { name, value } = node as { readonly name?: string; readonly value?: string };
  return name ?? value ?? '';
};

const textOf = (literal: unknown): string => (literal as { readonly value: string }).value;
