import { yamlText } from '../format/yaml.ts';
import type { Channel } from './terminal.ts';

export type DocumentOutput = 'text' | 'json' | 'yaml';

/** Prints one thing: as data, or as the lines that `text` makes for people. */
export async function printDocument(
  document: { readonly json: object; readonly text: () => readonly string[] },
  { channel, output }: { readonly channel: Channel; readonly output: DocumentOutput },
): Promise<void> {
  switch (output) {
    case 'json':
      return channel.line(JSON.stringify(document.json, undefined, 2));
    case 'yaml':
      return channel.write(await yamlText(document.json));
    case 'text':
      for (const line of document.text()) channel.line(line);
      return undefined;
    default:
      return output satisfies never;
  }
}
