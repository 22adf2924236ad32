/**
 * A rolldown plugin: packages that a library imports and seldom needs are run by their first use. The minio package has XML builders, tables of file
 * types and query parsers run at every start, of which signing a request needs none.
 *
 * What is handed out in their place reads and calls through; `new Parser()` gives an object that is made when something is asked of it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseSync } from 'oxc-parser';

const PREFIX = '\0lazy-package:';

/** @param packages by the package that imports them. */
export const lazyPackages = (packages) => ({
  name: 'lazy-packages',
  resolveId(source, importer, { kind }) {
    if (kind !== 'import-statement' || importer === undefined || importer.startsWith('\0')) return null;
    const [, library] = /[\\/]node_modules[\\/]([^\\/]+)[\\/](?!.*[\\/]node_modules[\\/])/.exec(importer) ?? [];
    if (!packages[library]?.includes(source)) return null;
    return { id: `${PREFIX}${source}?${importedNames(importer, source).join()}?${importer}`, moduleSideEffects: false };
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    const [source, names, importer] = id.slice(PREFIX.length).split('?');
    const path = JSON.stringify(createRequire(importer).resolve(source));
    return [
      LAZY,
      `const load = () => require(${path});`,
      'const whole = () => { const found = load(); return found.__esModule && found.default ? found.default : found; };',
      'export default lazy(whole, undefined, true);',
      ...names.split(',').map((name) => name && `export const ${name} = lazy(() => load().${name}, load);`),
    ].join('\n');
  },
});

/** `self`: whose method it is. An instance of the package itself (`new BlockStream()`) is made at once, for it may be handed to others. */
const LAZY = `const lazy = (load, self, isPackage) => {
  let found;
  const loaded = () => (found ??= load());
  return new Proxy(function () {}, {
    get: (_, key) => lazy(() => loaded()[key], loaded),
    apply: (_, __, args) => Reflect.apply(loaded(), self?.(), args),
    construct: (_, args) => (isPackage ? new (loaded())(...args) : lazy(() => new (loaded())(...args))),
  });
};`;

/** What an importer takes of a package by name; of a package that it takes whole (`import * as qs`), what it uses. */
function importedNames(importer, source) {
  const code = readFileSync(importer, 'utf8');
  const { module } = parseSync(importer, code);
  const names = module.staticImports
    .filter(({ moduleRequest }) => moduleRequest.value === source)
    .flatMap(({ entries }) => entries)
    .flatMap(({ importName, localName }) => {
      if (importName.kind === 'Name') return [importName.name];
      if (importName.kind !== 'NamespaceObject') return [];
      return [...code.matchAll(new RegExp(`(?<![\\w$.])${localName.value}\\.(\\w+)`, 'g'))].map(([, name]) => name);
    });
  return [...new Set(names)].sort();
}
