/**
 * A rolldown plugin: of lodash only the functions that a library names, `_.isEmpty`, each from its own file. Run whole, lodash costs
 * a command more time than everything else of the minio package together.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const PREFIX = '\0lodash-parts?';

export const lodashParts = () => ({
  name: 'lodash-parts',
  resolveId(source, importer, { kind }) {
    if (source !== 'lodash' || kind !== 'import-statement') return null;
    const names = namedFunctions(readFileSync(importer, 'utf8'));
    return names && { id: `${PREFIX}${names.join()}?${importer}`, moduleSideEffects: false };
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    const [names, importer] = id.slice(PREFIX.length).split('?');
    const { resolve } = createRequire(importer);
    const imports = names
      .split(',')
      .map((name) => `import ${name} from ${JSON.stringify(resolve(`lodash/${name}.js`))};`);
    return [...imports, `export default { ${names} };`].join('\n');
  },
});

/** Null where lodash is wanted whole: called as `_(…)`, chained, or imported in another way. */
function namedFunctions(code) {
  if (!/^import _ from ['"]lodash['"]/m.test(code) || /(?<![\w$.])_(?:\s*\(|\.chain\b)/.test(code)) return null;
  return [...new Set([...code.matchAll(/(?<![\w$.])_\.(\w+)/g)].map(([, name]) => name))].sort();
}
