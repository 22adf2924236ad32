/**
 * Builds `dist/`: the engine and the command as few, small files that start fast, the declaration files, and the viewer's pages.
 *
 *   node scripts/build.mjs            everything, once
 *   node scripts/build.mjs --watch    the bundle again at every change of framework/
 *
 * All entries are built together, so what they share stands in shared chunks: a pipeline that imports `sluice` gets the very
 * module instances that the command runs on. Source is read from framework/ alone; steps and pipelines are user files like any other.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown, watch } from 'rolldown';
import { asciiOutput } from './ascii-output.mjs';
import { buildViewer } from './build-viewer.mjs';
import { chunkScripts, SCRIPT_NAMES } from './chunk-scripts.mjs';
import { lazyPackages } from './lazy-packages.mjs';
import { licences } from './licences.mjs';
import { lodashParts } from './lodash-parts.mjs';
import { nodeBuiltins } from './node-builtins.mjs';
import { zodLocales } from './zod-locales.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const HELP = join(dist, 'help');
const require = createRequire(import.meta.url);

/** Entry of dist/ → its source. */
const ENTRIES = {
  index: 'framework/index.ts',
  cli: 'framework/cli/main.ts',
  'help-texts': 'framework/cli/help-texts.ts',
  worker: 'framework/stack/worker.ts',
  heart: 'framework/stack/heart.ts',
  guard: 'framework/stack/guard.ts',
  'serve-hashes': 'framework/hashing/serve-hashes.ts',
  'serve-fetches': 'framework/adapters/artifact-stores/serve-fetches.ts',
  register: 'framework/code/register.ts',
  'worker-threads': 'framework/code/worker-threads.ts',
  'loader-thread': 'framework/code/loader-thread.ts',
  testing: 'tests/conformance/testing.ts',
};

/** Packages that user files import too: whole, an entry of their own, so that engine and user share the one fast copy (framework/code/engine-files.ts). */
const SHARED = ['zod'];

/** `sluice/yolo`: TypeScript of the package, behind the loader, which has to stand before any of it is imported. */
const YOLO = `import './register.js';
export const { resolveSource, TrainYolo, TrainYoloParams, withRecipe, YoloSteps } = await import('../pipelines/yolo.ts');
`;

/** Left as imports: native parts, big libraries that steps use and the engine does not, and the test runner of whoever uses `sluice/testing`. */
const EXTERNAL = [/^@oxc-project\//, /^oxc-/, /^onnxruntime-/, /^sharp$/, /^@resvg\//, /^echarts/, /^vitest$/];

/** What a library imports at once and most commands never use. */
const LAZY = {
  minio: ['async', 'block-stream2', 'fast-xml-parser', 'ipaddr.js', 'mime-types', 'query-string', 'xml2js'],
};

function presentEntries() {
  const found = Object.entries(ENTRIES).filter(([name, source]) => {
    if (existsSync(join(root, source))) return true;
    console.warn(`build: no ${source}, so no dist/${name}.js`);
    return false;
  });
  const own = found.map(([name, source]) => [name, join(root, source)]);
  return Object.fromEntries([...own, ...SHARED.map((name) => [name, name])]);
}

const locales = zodLocales();

/** Who imports pg's crypto, and how; the rest is told in scripts/pg-crypto.cjs. */
const PG_CRYPTO = {
  './crypto/utils': /[\\/]pg[\\/]lib[\\/]client\.js$/,
  './utils': /[\\/]pg[\\/]lib[\\/]crypto[\\/]sasl\.js$/,
};
const pgCrypto = {
  name: 'pg-crypto',
  resolveId: (source, importer) => (PG_CRYPTO[source]?.test(importer) ? join(root, 'scripts', 'pg-crypto.cjs') : null),
};

const input = () => ({
  input: presentEntries(),
  cwd: root,
  platform: 'node',
  external: EXTERNAL,
  tsconfig: join(root, 'tsconfig.json'),
  transform: { define: SCRIPT_NAMES },
  plugins: [
    pgCrypto,
    nodeBuiltins({ except: [join(root, ENTRIES['worker-threads'])] }),
    lodashParts(),
    lazyPackages(LAZY),
    locales.plugin,
    licences(root),
    asciiOutput(),
    chunkScripts({ importedBy: { testing: ['vitest'] }, passedOn: { 'worker-threads': ['node:worker_threads'] } }),
  ],
  onLog(level, log, handle) {
    // Libraries write `eval` and circular imports as they like; only our own files are worth a line.
    if (level === 'warn' && log.id?.includes('node_modules')) return;
    handle(level, log);
  },
});

/** An entry acts when it is imported (a worker serves, the loader registers): in a shared chunk it would act for everyone. */
const entrySources = new Set(Object.values(ENTRIES).map((source) => join(root, source)));
const inRooms = (rooms) => {
  const pattern = new RegExp(`[\\\\/]framework[\\\\/](?:${rooms})[\\\\/]`);
  // What stands for one of Node's modules is named after its importer, behind the last `?`.
  return (id) => pattern.test(id) && !entrySources.has(resolve(id.slice(id.lastIndexOf('?') + 1)));
};
/**
 * Chunks by what is needed together. Left alone the bundler makes some seventy small ones, and to resolve and link forty of them costs a cached
 * run a third of its time. The verbs of the command and the adapters stay apart: each is loaded when it is used.
 */
const GROUPS = [
  // In this order: a group takes what its files import along, unless an earlier one has it.
  {
    name: 'base',
    test: /[\\/]framework[\\/](?:errors|find-package|is-process-alive|nearest|secret-values|this-host|hashing[\\/](?:blake3|digest|running-digests))\.ts$|[\\/]framework[\\/]model[\\/]/,
  },
  { name: 'zod', test: /[\\/]node_modules[\\/]zod[\\/]/ },
  {
    name: 'engine',
    // Of `code` only what these need at once: taking source apart is loaded when source has changed.
    // Nor flavors: their schemas need zod, which is half a megabyte.
    test: inRooms(
      'hashing|components|dag|materializers|artifacts|cache|authoring|executor|stack(?![\\\\/]flavors[\\\\/])',
    ),
  },
  { name: 'local', test: /[\\/]framework[\\/]adapters[\\/](?:artifact-stores|trackers)[\\/]local\.ts$/ },
  { name: 'sql', test: /[\\/]node_modules[\\/]kysely[\\/]|[\\/]framework[\\/]adapters[\\/]metadata-stores[\\/]/ },
  // Libraries of one component each, loaded when it is opened. From here Node's compile cache has them; as packages they are hundreds of files to find.
  { name: 'pg', test: /[\\/]node_modules[\\/]pg(?:pass|-[\w-]+)?[\\/]|[\\/]scripts[\\/]pg-crypto/ },
  {
    name: 'minio',
    test: /[\\/]node_modules[\\/](?:minio|fast-xml-parser)[\\/]|[\\/]framework[\\/]adapters[\\/]artifact-stores[\\/](?:minio|read-through|s3-)/,
  },
  {
    name: 'cli-kit',
    // What every command begins with.
    test: /[\\/]framework[\\/]cli[\\/](?:(?:commands|format|reporters)[\\/]|(?:program|outline|usage-error|init[\\/]package-root)\.ts$)/,
  },
  {
    name: 'cli-work',
    test: /[\\/]framework[\\/]cli[\\/](?:params[\\/](?!config-options)|views|verbs[\\/](?:prepare-pipeline|run|run-and-report|with-stack)\.ts$)/,
  },
];

const output = {
  dir: dist,
  // The form that scripts/chunk-scripts.mjs makes scripts of.
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name]-[hash].js',
  // Flat, so that a chunk finds its neighbours by `new URL('./index.js', import.meta.url)`.
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups: GROUPS.map((group, index) => ({ ...group, priority: GROUPS.length - index })) },
  // Linked, not inline: Node reads them only when source maps are on.
  sourcemap: true,
  // Smaller files load faster; names stay, for stack traces and for `constructor.name`.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
};

/** Removes what an earlier build left, once the new files stand. */
function removeStale(written) {
  const kept = new Set(written);
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    if (entry.isFile() && !kept.has(entry.name)) rmSync(join(dist, entry.name));
  }
}

async function bundle() {
  removeHelp();
  const build = await rolldown(input());
  const { output: files } = await build.write(output);
  await build.close();
  const versions = SHARED.map((name) => [name, require(`${name}/package.json`).version]);
  writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(Object.fromEntries(versions))}\n`);
  writeFileSync(join(dist, 'yolo.js'), YOLO);
  await writeHelp();
  removeStale([...files.map(({ fileName }) => fileName), ...(await locales.write(dist)), 'bundled.json', 'yolo.js']);
}

const removeHelp = () => rmSync(HELP, { recursive: true, force: true });

/** What `--help` prints, for bin/sluice.js: a file a word. */
async function writeHelp() {
  const { helpTexts } = await import(pathToFileURL(join(dist, 'help-texts.js')).href);
  mkdirSync(HELP);
  for (const [word, texts] of Object.entries(await helpTexts())) {
    writeFileSync(join(HELP, `${word}.json`), JSON.stringify(texts));
  }
}

/** Declaration files of framework/ under dist/types. They are emitted even where a type is wrong: `npm run types` is the judge. */
function declarations() {
  rmSync(join(dist, 'types'), { recursive: true, force: true });
  const manifest = require.resolve('typescript/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const compiler = join(dirname(manifest), bin.tsc);
  const options = ['-p', join(root, 'scripts', 'tsconfig.declarations.json')];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [compiler, ...options], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let report = '';
    child.stdout.on('data', (text) => {
      report += text;
    });
    child.on('error', fail);
    child.on('close', (code) => {
      if (code !== 0) console.warn(`build: declarations emitted, with type errors (npm run types):\n${report}`);
      existsSync(join(dist, 'types/framework/index.d.ts'))
        ? done()
        : fail(new Error(`No declarations were emitted.\n${report}`));
    });
  });
}

function watchBundle() {
  const watcher = watch({ ...input(), output, watch: { include: [join(root, 'framework/**')] } });
  watcher.on('event', (event) => {
    if (event.code === 'BUNDLE_END') {
      console.log(`built ${relative(root, dist)} in ${event.duration} ms`);
      event.result.close();
    } else if (event.code === 'ERROR') {
      console.error(event.error.message);
      event.result?.close();
    }
  });
}

if (process.argv.includes('--watch')) {
  // The command describes itself, as it stands at the moment.
  removeHelp();
  watchBundle();
} else {
  const started = performance.now();
  await Promise.all([bundle(), declarations(), buildViewer()]);
  console.log(`built ${relative(root, dist)} in ${Math.round(performance.now() - started)} ms`);
}
