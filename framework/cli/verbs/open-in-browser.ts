import { spawn } from 'node:child_process';

/** Program that opens an address, without a shell that could read something else in it. */
const OPENERS: Readonly<Record<string, readonly [command: string, ...words: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the user's browser, as far as there is one: a machine without a screen has the link in its terminal. */
export function openInBrowser(url: string): Promise<void> {
  const [command, ...words] = OPENERS[process.platform] ?? (['xdg-open'] as const);
  return new Promise((resolve) => {
    const child = spawn(command, [...words, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve());
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
