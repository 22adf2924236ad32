import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the package that a module is of; undefined for our own. */
function packageOf(id) {
  const path = id.replace(/^\0/, '').split('?')[0];
  const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path);
  return found?.[1];
}

/** Name, version, licence and the licence's text, as the licences themselves ask for. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)/i.test(entry.name))
    .map(({ name: file }) => file);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

/**
 * Writes down which packages are in what was built, with their licences: a plugin of Rolldown and of Vite.
 * @param {string} root folder that the names of assets' sources count from
 */
export function licences(root) {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap(({ type, moduleIds, originalFileNames = [] }) =>
        type === 'chunk' ? moduleIds : originalFileNames.map((file) => resolve(root, file)),
      );
      const folders = new Set(modules.flatMap((id) => packageOf(id) ?? []));
      const rule = `\n\n${'-'.repeat(80)}\n\n`;
      const source = `${[...folders].sort().map(licenceOf).join(rule)}\n`;
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
    },
  };
}
