import { sluiceError } from '../errors.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** What Windows keeps for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A name becomes a file's name, on every system. @throws ERR_USAGE. */
export function checkName(what: string, name: string): void {
  if (NAME.test(name) && !DEVICE.test(name) && !name.endsWith('.')) return;
  throw sluiceError('ERR_USAGE', {
    message: `"${name}" can't be the name of ${/^[aeo]/.test(what) ? 'an' : 'a'} ${what}.`,
    hint: DEVICE.test(name)
      ? 'On Windows it belongs to a device, and no file may be called so.'
      : 'A name has letters, digits, ".", "_" and "-", begins with a letter or digit, and has at most 64 of them.',
  });
}
