import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import { updateSources } from './sources.ts';

/** Generated file (as a stack frame names it) → its source map's file. */
const maps = new Map<string, string>();
const opened = new Map<string, SourceMap | undefined>();

/** Says where the map of a module is. Nothing is read before a stack trace needs it. */
export function hasSourceMap(url: string, mapFile: string): void {
  maps.set(url, mapFile);
}

/**
 * Makes `error.stack` name TypeScript lines, for user files and for the engine's own bundle.
 *
 * Node's own `setSourceMapsEnabled` reads and parses every map when its module is loaded: 40 ms at each start of the command for maps that
 * nearly no run looks at. This reads a map when a stack trace with that file is made.
 *
 * @param engineDir URL of the folder of the built engine, with its last slash.
 */
export function mapStackTraces(engineDir: string): void {
  if (process.sourceMapsEnabled) return;
  Error.prepareStackTrace = (error, frames) =>
    [headOf(error), ...frames.map((frame) => `    at ${place(frame, engineDir)}`)].join('\n');
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    // A getter of the error itself threw; Node says the same of such an error.
    return '<error>';
  }
}

function place(frame: NodeJS.CallSite, engineDir: string): string {
  const text = String(frame);
  const url = frame.getScriptNameOrSourceURL() ?? '';
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (!url.startsWith('file:') || line === null || column === null) return text;
  const map = mapOf(url, engineDir);
  const origin = map?.findEntry(line - 1, column - 1);
  if (!origin || !('originalSource' in origin) || origin.originalSource === undefined) return text;
  const source = maps.has(url) ? url : new URL(origin.originalSource, url).href;
  // A library inside the bundle is the engine's affair: under its own path it would look like a package of the user's.
  if (source.includes('/node_modules/') && !maps.has(url)) return text;
  return text.replace(`${url}:${line}:${column}`, `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`);
}

function mapOf(url: string, engineDir: string): SourceMap | undefined {
  if (opened.has(url)) return opened.get(url);
  updateSources();
  const file = maps.get(url) ?? (url.startsWith(engineDir) ? fileURLToPath(`${url}.map`) : undefined);
  const map = file === undefined ? undefined : openMap(file);
  opened.set(url, map);
  return map;
}

function openMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    // Without its map a frame names the generated line, which is still true.
    return undefined;
  }
}
