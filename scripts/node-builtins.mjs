/**
 * A rolldown plugin: Node's own modules without their ES module faces, and the heavy ones on first use.
 *
 * `import { format } from 'node:util'` has Node make a face of the module with every export, and so evaluate every lazy getter behind it: for
 * `fs`, `util` and `process` alone some eighty internal modules and 20 ms at every start. `process.getBuiltinModule` gives the module itself.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { parseSync } from 'oxc-parser';

const PREFIX = '\0node-builtin:';

/** Loaded when one of their functions is first called: most commands end without it. */
const LAZY = new Set([
  'node:child_process',
  'node:crypto',
  'node:fs/promises',
  'node:inspector',
  'node:readline',
  'node:readline/promises',
  // Node 22 says of it in each thread that it is experimental: where a thread of a run loads the engine it is not needed.
  'node:sqlite',
  'node:timers/promises',
  'node:worker_threads',
]);

/** @param except files whose imports are left to Node: those that hand a whole module on. */
export const nodeBuiltins = ({ except }) => ({
  name: 'node-builtins',
  resolveId(source, importer, { kind }) {
    if (kind !== 'import-statement' || !isBuiltin(source)) return null;
    // The bundler's own runtime, a module of its own making, must stand before all others.
    if (importer.startsWith('\0') || except.includes(importer)) return null;
    const name = source.startsWith('node:') ? source : `node:${source}`;
    // What is asked for, not what the Node that builds has: that may be an older one than the Node that runs.
    // One for each importer, so that it stands in the same chunk: a shared one would draw other chunks in.
    const id = [PREFIX + name, importedNames(importer, source).join(), importer].join('?');
    return { id, moduleSideEffects: false };
  },
  transform(code, id) {
    return except.includes(id) ? null : wholeByDefault(code, id);
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    const [name, names] = id.slice(PREFIX.length).split('?');
    return (LAZY.has(name) ? lazySource : eagerSource)(name, names.split(',').filter(Boolean));
  },
});

const eagerSource = (name, names) =>
  [
    `const found = process.getBuiltinModule('${name}');`,
    'export default found;',
    ...names.map((one) => `export const ${one} = found.${one};`),
  ].join('\n');

/** Classes that are only made instances of: `new` fetches the module. */
const MADE = new Set(['DatabaseSync', 'Session', 'Worker']);

/** Functions that fetch the module when they are called; other classes and plain values (`parentPort`) are fetched at once. */
function lazySource(name, names) {
  const found = `process.getBuiltinModule('${name}')`;
  const module = process.getBuiltinModule(name);
  const lines = names.map((one) => {
    if (MADE.has(one)) return `export const ${one} = function (...args) { return new (${found}.${one})(...args); };`;
    return typeof module[one] === 'function' && /^[a-z]/.test(one)
      ? `export const ${one} = (...args) => ${found}.${one}(...args);`
      : `export const ${one} = ${found}.${one};`;
  });
  return [`export default new Proxy({}, { get: (_, key) => ${found}[key] });`, ...lines].join('\n');
}

function importedNames(importer, source) {
  const { module } = parseSync(importer, readFileSync(importer, 'utf8'));
  const imports = module.staticImports.filter(({ moduleRequest }) => moduleRequest.value === source);
  const handedOn = module.staticExports.flatMap(({ entries }) =>
    entries.filter(({ moduleRequest }) => moduleRequest?.value === source),
  );
  const names = [...imports.flatMap(({ entries }) => entries), ...handedOn]
    .filter(({ isType }) => !isType)
    .map(({ importName }) => importName);
  return [...new Set(names.filter(({ kind }) => kind === 'Name').map(({ name }) => name))].sort();
}

/**
 * `import * as fs from 'fs'`, as libraries write it, becomes `import fs from 'fs'`: every name is then read from the module itself, and nobody has to
 * list which. Blanks stand for what goes, so that everything else keeps its place in the source map.
 */
function wholeByDefault(code, id) {
  if (!/\bimport\s*\*/.test(code)) return null;
  const { module } = parseSync(id, code);
  let changed = code;
  for (const { start, entries, moduleRequest } of module.staticImports) {
    const [{ importName, localName, isType } = {}, ...others] = entries;
    if (importName?.kind !== 'NamespaceObject' || isType || others.length > 0 || !isBuiltin(moduleRequest.value))
      continue;
    const head = code.slice(start, localName.start);
    changed = changed.slice(0, start) + head.replace(/\*\s*as\b/, blanks) + changed.slice(localName.start);
  }
  return changed === code ? null : { code: changed };
}

const blanks = (text) => ' '.repeat(text.length);
