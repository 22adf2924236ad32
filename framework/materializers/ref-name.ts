import { inputError } from '../errors.ts';

/** The name of a FileRef or DirectoryRef, which becomes a name on other machines' disks: one path segment. @throws ERR_INPUT */
export function checkedRefName(name: string, where: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return name;
  throw inputError(
    `${where} is called ${JSON.stringify(name)}, which can't be the name of a file.`,
    'Give FileRef.of or DirectoryRef.of a name that is one path segment.',
  );
}
