/** What an address says behind `?`: texts, all of them optional. */
export type Search<Name extends string> = { readonly [Each in Name]?: string };

/** Takes the names that a page knows out of an address, and nothing else. */
export const searchOf =
  <const Name extends string>(names: readonly Name[]) =>
  (given: Readonly<Record<string, unknown>>): Search<Name> => {
    const known = names.flatMap((name) => {
      const value = given[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    });
    return Object.fromEntries(known) as Search<Name>;
  };
