import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

/** Modules that call a decorator on the user's behalf, and so stand between it and the user's file on the stack. */
const HELPERS = /@oxc-project[\\/+]runtime|[\\/]node_modules[\\/](?:reflect-metadata|tslib)[\\/]|^node:/;

/** The folder this module is run from, as stack frames name it: the bundle, whose chunks all stand in one folder, or this room. */
const here = (getCallSites(1)[0]?.scriptName ?? '').replace(/[^\\/]*$/, '');
const ENGINE_SOURCE = /[\\/]framework[\\/]authoring[\\/][a-z-]+\.ts$/;

/** Absolute path of the file in which the decorator that called this is being applied. */
export function decoratedFile(): string {
  const frame = getCallSites(12).find(
    ({ scriptName }) => !scriptName.startsWith(here) && !ENGINE_SOURCE.test(scriptName) && !HELPERS.test(scriptName),
  );
  const name = (frame?.scriptName ?? '').replace(/\?.*$/, '');
  return name.startsWith('file:') ? fileURLToPath(name) : name;
}
