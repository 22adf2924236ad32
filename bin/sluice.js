#!/usr/bin/env node
// Runs on any Node that knows ES modules, so that an old one gets a sentence and not a syntax error. Keep it plain.
// What only an old Node needs is in another file: at every start each imported module counts.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  const { runOnPinnedNode } = await import('./old-node.js');
  runOnPinnedNode(import.meta.url);
} else if (!process.getBuiltinModule('node:fs').existsSync(new URL('../dist/cli.js', import.meta.url))) {
  console.error('sluice is not built: run "npm run build" in its folder.');
  process.exitCode = 2;
} else {
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
