import { spawn } from 'node:child_process';

const HEARD = 99;
/** Exits with a code of its own at the first Ctrl-C, and quietly when nobody holds the other end of its input any more. */
const SCRIPT = `
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(${HEARD}));
process.stdin.on('end', () => process.exit(0)).resume();
`;

/**
 * Calls `onSignal` when somebody presses Ctrl-C while the main thread can't say so, for a signal reaches JavaScript by its event loop. A terminal
 * tells every process in its foreground, so a process that does nothing else hears it too. Returns how to end it.
 */
export function hearSignals(onSignal: () => void): () => void {
  const ear = spawn(process.execPath, ['-e', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true });
  ear.on('exit', (code, signal) => {
    // By the signal itself when it came before the script had begun.
    if (code === HEARD || signal === 'SIGINT' || signal === 'SIGTERM') onSignal();
  });
  // One that can't be started hears nothing; other ways to end the run are left.
  ear.on('error', () => {});
  ear.stdin.on('error', () => {});
  return () => void ear.stdin.end();
}
