/** A text as one word of a command line, for whoever copies it into a shell: quoted unless it is plain. */
export const shellWord = (text: string): string =>
  /^[\w.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
