/**
 * Runs the chunks of the build, which are scripts and not modules, with what V8 has compiled of them in earlier processes (dist/load-chunk.js).
 *
 * Node's own compile cache keeps a module as it was before it ran: V8 compiles a function at its first call, so that cache has the outermost code alone,
 * and some thousand functions were compiled again by every cached run, a quarter of its time. A script can be asked for its code when the process ends, and
 * then has all that was called. Modules can't be asked without a start option.
 *
 * One file a kind of command holds the code of all its chunks. It lies where Node's compile cache lies (named after Node's version, processor and V8's
 * options there), and is not kept where that is switched off.
 */
const fs = process.getBuiltinModule('node:fs');
const { createRequire, getCompileCacheDir } = process.getBuiltinModule('node:module');
const { Script } = process.getBuiltinModule('node:vm');

/** Names the build; filled in by it. */
const BUILD = '__BUILD__';

const HERE = import.meta.dirname;
const URL_HERE = new URL('./', import.meta.url).href;

/** A kind of command takes some ways only now and then (a step runs, all steps are cached): code is gathered from so many processes, then from one a day. */
const GATHERED = 3;
const DAY = 86_400_000;
/** Seconds of processor. In a process that computes for longer V8 lets go of code that is not called any more, that of the start first: after a long run a third of it was gone. */
const SHORT = 3;

/** By file: what it exports, and its script. */
const loaded = new Map();
const scripts = new Map();
/** Code that is kept, by file: none before somebody has switched the compile cache on, as a worker process does in its first chunk. */
let kept = { codes: new Map(), isOpen: false };
/** Files of which no code was kept, or none that V8 took. */
const fresh = new Set();
/** Name of the entry that was loaded first. */
let first;
/** Modules that an entry has imported for its chunks, because they can't be required. */
let imported = {};
let requireNative;

/**
 * What an entry of the build exports.
 * @param name of the entry; file: its chunk; modules: by name, what its chunks can't require.
 */
export function loadEntry(name, file, modules = {}) {
  imported = { ...imported, ...modules };
  first ??= name;
  return load(file);
}

function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  // Without a name stack traces have `at findRun`, as between modules, and not `at Object.findRun`.
  const exported = { [Symbol.toStringTag]: '' };
  // Before it runs, as CommonJS does: chunks may need each other.
  loaded.set(file, exported);
  if (!kept.isOpen) openKept();
  // The build makes them ASCII.
  const source = fs.readFileSync(`${HERE}/${file}`, 'latin1');
  const script = new Script(source, { filename: URL_HERE + file, cachedData: kept.codes.get(file) });
  if (script.cachedDataRejected !== false) fresh.add(file);
  scripts.set(file, script);
  script.runInThisContext()(exported, require, importNative, now, HERE, URL_HERE + file);
  return exported;
}

const require = (name) => {
  if (name.startsWith('./')) return load(name.slice(2));
  const found = imported[name] ?? process.getBuiltinModule(name);
  if (found !== undefined) return found;
  requireNative ??= createRequire(import.meta.url);
  return requireNative(name);
};

/** One of Node's own without a face of it as a module, which takes a turn of the loader and all its lazy parts. */
const importNative = async (name) => process.getBuiltinModule(name) ?? import(name);

/** `performance.now()` but for its beginning, which nobody asks for. Node's has ten modules loaded. */
function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

function openKept() {
  const dir = getCompileCacheDir?.();
  if (dir === undefined) return;
  const word = process.argv[2] ?? '';
  const command = /^[a-z][a-z-]*$/.test(word) ? word : 'other';
  // A worker process, which is mostly killed, has what the command has that started it.
  const file = `${dir}/sluice-${BUILD}-${first === 'cli' ? command : 'run'}.code`;
  const found = read(file);
  kept = { codes: found.codes, isOpen: true };
  if (first !== 'cli') return;
  process.on('exit', (code) => {
    // A slip of the pen is no kind of command.
    const { user, system } = process.cpuUsage();
    const isShort = user + system < SHORT * 1e6;
    const isDue = isShort && (found.rounds < GATHERED || Date.now() - found.at > DAY);
    if (code === 0 && (isDue || fresh.size > 0)) write(file, found, isShort);
  });
}

/** `{ rounds, at, sizes: [[file, bytes], …] }`, a line's end, then the code of each. V8 looks whether it is of this V8, with these options. */
function read(file) {
  try {
    const bytes = fs.readFileSync(file);
    const end = bytes.indexOf(10);
    const { rounds, at, sizes } = JSON.parse(bytes.latin1Slice(0, end));
    const codes = new Map();
    let from = end + 1;
    for (const [name, size] of sizes) {
      codes.set(name, bytes.subarray(from, from + size));
      from += size;
    }
    if (from === bytes.length) return { rounds, at, codes };
  } catch {
    // Not there, or not whole.
  }
  return { rounds: 0, at: 0, codes: new Map() };
}

/** Whole or not at all: V8 does not check what it is given beyond its head. */
function write(file, { rounds, codes }, isShort) {
  const all = new Map(codes);
  for (const [name, script] of scripts) if (isShort || fresh.has(name)) all.set(name, script.createCachedData());
  const sizes = [...all].map(([name, code]) => [name, code.length]);
  const head = `${JSON.stringify({ rounds: isShort ? rounds + 1 : rounds, at: Date.now(), sizes })}\n`;
  const temporary = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(head), ...all.values()]), { flush: true, mode: 0o600 });
    fs.renameSync(temporary, file);
  } catch {
    // A folder that can't be written, a full disk, another process at the same moment: the code is compiled again next time.
    fs.rmSync(temporary, { force: true });
  }
}
