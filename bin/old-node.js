// For a Node that is too old to run Sluice. Keep it plain.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set in the process that the pinned Node runs, so that a wrong pin can't start itself for ever. */
const RESTARTED = 'SLUICE_RESTARTED';

/** Runs the same command on the Node that the project pins, or says what is missing. */
export function runOnPinnedNode(command) {
  const node = process.env[RESTARTED] ? undefined : pinnedNode();
  if (node) restart(node, fileURLToPath(command));
  else
    fail(
      `sluice needs Node 22.13 or newer and this is ${process.versions.node}: install one, or pin one in the project with "npm install --save-dev node@24".`,
    );
}

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
function restart(node, command) {
  const child = spawn(node, [command, ...process.argv.slice(2)], {
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
