#!/usr/bin/env node
// Runs on any Node that knows ES modules, so that an old one gets a sentence and not a syntax error. Keep it plain.
// What only an old Node needs is in another file: at every start each imported module counts.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  const { runOnPinnedNode } = await import('./old-node.js');
  runOnPinnedNode(import.meta.url);
} else if (!printedHelp(process.argv.slice(2))) {
  if (process.getBuiltinModule('node:fs').existsSync(new URL('../dist/cli.js', import.meta.url))) await start();
  else {
    console.error('sluice is not built: run "npm run build" in its folder.');
    process.exitCode = 2;
  }
}

async function start() {
  if (major === 22) {
    // Node 22 says at every start that its SQLite is experimental; what Sluice needs of it has not changed since.
    const { emitWarning } = process;
    process.emitWarning = (warning, ...more) => {
      if (!String(warning).startsWith('SQLite is an experimental')) emitWarning.call(process, warning, ...more);
    };
  }
  // Compiled code is kept between starts; source maps are read by the engine itself, and only when a stack trace is made.
  process.getBuiltinModule('node:module').enableCompileCache();
  await import('../dist/cli.js');
}

/**
 * Prints a help that the build has written down (dist/help), where nothing else is asked for and its form is a usual one: to describe all verbs first takes
 * half as long as Node's own start. False leaves it to the command.
 */
function printedHelp([first = '--help', second, ...more]) {
  const isHelp = (word) => word === '--help' || word === '-h';
  const isWhole = isHelp(first) && second === undefined;
  if (!isWhole && !(isHelp(second) && more.length === 0 && /^[a-z][a-z-]*$/.test(first))) return false;
  const { readFileSync, fstatSync } = process.getBuiltinModule('node:fs');
  let texts;
  let isPlain;
  try {
    texts = JSON.parse(
      readFileSync(new URL(`../dist/help/${isWhole ? 'sluice' : first}.json`, import.meta.url), 'utf8'),
    );
    isPlain = process.platform !== 'win32' && !fstatSync(1).isCharacterDevice();
  } catch {
    // A verb that has none, or no output at all.
    return false;
  }
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined) return false;
  if (isPlain) return writeAll(Buffer.from(texts.pipe));
  const { isTTY, columns } = process.stdout;
  // A device that is no terminal: /dev/null, say.
  if (!isTTY && process.platform !== 'win32') return writeAll(Buffer.from(texts.pipe));
  const text = isTTY ? texts.columns[Math.min(columns || 80, 120)] : texts.pipe;
  if (text === undefined || (isTTY && (NO_COLOR || TERM === 'dumb'))) return false;
  process.stdout.write(text);
  return true;
}

/** To a pipe or a file, without Node's streams, whose start takes longer than all else here. */
function writeAll(bytes) {
  const { writeSync } = process.getBuiltinModule('node:fs');
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    // A pipe that does not wait is full. Or whoever read it has gone, which is no error. Of all else the command itself tells.
    if (error.code === 'EAGAIN') process.stdout.on('error', () => {}).write(rest);
    else if (error.code !== 'EPIPE') return false;
  }
  return true;
}
