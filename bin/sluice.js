#!/usr/bin/env node
// Runs on any Node that knows ES modules, so that an old one gets a sentence and not a syntax error. Keep it plain.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const isOld = major < 22 || (major === 22 && minor < 13);
/** Set in the process that the pinned Node runs, so that a wrong pin can't start itself for ever. */
const RESTARTED = 'SLUICE_RESTARTED';

/** The Node that a project pins as the npm package `node`: the nearest one above the current folder, else above this file. */
function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', 'node', 'bin', name);
      if (existsSync(candidate)) return candidate;
      if (folder === parse(folder).root) break;
    }
  }
  return undefined;
}

/** The same command on another Node; its exit code, or the signal that ended it, becomes ours. */
function restart(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [RESTARTED]: '1' },
  });
  // Ctrl-C at a terminal reaches the whole process group, the child too: passing it on would make it two. This process has to outlive the child.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`sluice could not start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 2;
}

if (isOld) {
  const node = process.env[RESTARTED] ? undefined : pinnedNode();
  if (node) restart(node);
  else
    fail(
      `sluice needs Node 22.13 or newer and this is ${process.versions.node}: install one, or pin one in the project with "npm install --save-dev node@24".`,
    );
} else if (!existsSync(new URL('../dist/cli.js', import.meta.url))) {
  fail('sluice is not built: run "npm run build" in its folder.');
} else {
  // Compiled code is kept between starts; source maps are read by the engine itself, and only when a stack trace is made.
  module.enableCompileCache();
  await import('../dist/cli.js');
}
