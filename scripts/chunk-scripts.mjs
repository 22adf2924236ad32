/**
 * A rolldown plugin: chunks as scripts that `load-chunk.js` runs, and for each entry a module of a few lines that hands on what its chunk exports. Why is told there.
 *
 * The build's format is CommonJS. A chunk becomes a function of `exports`, `require`, `__load` (for `import()`, which a script has not without an experimental
 * option), `__now`, and of its folder and URL.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

const LOADER = 'load-chunk.js';
const HEAD = '(function(exports,require,__load,__now,__dirname,__url){"use strict";\n';
const TAIL = '\n})';

/** What stands there for things of modules, and for Node's clock: for rolldown's option `transform.define`. */
export const SCRIPT_NAMES = {
  'import.meta.url': '__url',
  'import.meta.dirname': '__dirname',
  'performance.now': '__now',
};

/**
 * @param importedBy by entry, packages that have no CommonJS form.
 * @param passedOn by entry, modules of Node that it exports whole.
 */
export const chunkScripts = ({ importedBy, passedOn }) => ({
  name: 'chunk-scripts',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      if (chunk.isEntry) {
        const source = face(chunk, { imported: importedBy[chunk.name] ?? [], passed: passedOn[chunk.name] ?? [] });
        this.emitFile({ type: 'asset', fileName: `${chunk.name}.js`, source });
      }
      chunk.code = HEAD + withOwnImports(chunk.code) + TAIL;
      const map = bundle[`${chunk.fileName}.map`];
      if (map) map.source = oneLineDown(map.source);
    }
    const names = Object.values(bundle).map(({ fileName }) => fileName);
    const build = createHash('sha256').update(names.sort().join()).digest('hex').slice(0, 12);
    const source = readFileSync(join(import.meta.dirname, LOADER), 'utf8').replace('__BUILD__', build);
    this.emitFile({ type: 'asset', fileName: LOADER, source });
  },
});

/** Of the same length, so that every column stays in its place. */
function withOwnImports(code) {
  const { module } = parseSync('chunk.js', code, { sourceType: 'module' });
  let changed = code;
  for (const { start } of module.dynamicImports) {
    changed = `${changed.slice(0, start)}__load${changed.slice(start + 'import'.length)}`;
  }
  return changed;
}

function oneLineDown(source) {
  const map = JSON.parse(source);
  return JSON.stringify({ ...map, mappings: `;${map.mappings}` });
}

function face({ name, fileName, exports }, { imported, passed }) {
  const modules = imported.length === 0 ? '' : `, { ${imported.map((one, i) => `'${one}': imported${i}`).join(', ')} }`;
  const lines = [
    `import { loadEntry } from './${LOADER}';`,
    ...imported.map((one, i) => `import * as imported${i} from '${one}';`),
    ...passed.map((one) => `export * from '${one}';`),
    `const found = loadEntry('${name}', '${fileName}'${modules});`,
    // By other names here: `catch`, `null` and `default` are names of exports, too.
    `const { ${exports.map((one, i) => `${one}: export${i}`).join(', ')} } = found;`,
    `export { ${exports.map((one, i) => `export${i} as ${one}`).join(', ')} };`,
  ];
  return `${lines.join('\n')}\n`;
}
