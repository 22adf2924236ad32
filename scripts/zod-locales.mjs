/**
 * A rolldown plugin: zod's messages in other languages, 190 of its 520 kB, in a file of their own that is loaded when one is asked for
 * (`z.config(z.locales.de())`). Without them every start would read them, and as two bytes a character, for they are not ASCII.
 */
import { readFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const INDEX = /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
const FILE = 'zod-locales.cjs';

/** A plugin for the build of the bundle, and what writes the other file once that build is done. */
export function zodLocales() {
  let entry;
  return {
    plugin: {
      name: 'zod-locales',
      load(id) {
        if (!INDEX.test(id)) return null;
        entry = id;
        return stubs(readFileSync(id, 'utf8'));
      },
    },
    /** CommonJS, because a locale is a plain function: it can't wait for an import. */
    async write(dir) {
      const build = await rolldown({ input: { 'zod-locales': entry }, platform: 'node' });
      const { output } = await build.write({
        dir,
        format: 'cjs',
        exports: 'named',
        entryFileNames: FILE,
        minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
      });
      await build.close();
      return output.map(({ fileName }) => fileName);
    },
  };
}

/** English, which is the default, stays where it is. */
function stubs(index) {
  const names = [...index.matchAll(/\bdefault as (\w+)/g)].map(([, name]) => name).filter((name) => name !== 'en');
  return [
    `const locales = () => process.getBuiltinModule('node:module').createRequire(import.meta.url)('./${FILE}');`,
    `export { default as en } from './en.js';`,
    ...names.map((name) => `export const ${name} = (...args) => locales().${name}(...args);`),
  ].join('\n');
}
