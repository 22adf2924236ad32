import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

/**
 * The rooms of ARCHITECTURE.md. A room may import the rooms before it in its list, never one after it.
 * `adapters` stand outside: they see ports only, and only `stack` sees them.
 */
const FRAMEWORK = [
  'hashing',
  'model',
  'components',
  'filter',
  'dag',
  'materializers',
  'code',
  'artifacts',
  'cache',
  'authoring',
  'executor',
  'gc',
  'stack',
  'server',
  'cli',
];
const PORTS = new Set(['errors.ts', 'hashing', 'model', 'components']);
/** Files at the top of framework/ that every room may import. */
const EVERYONES = new Set([
  'errors.ts',
  'find-package.ts',
  'is-process-alive.ts',
  'make-folder.ts',
  'nearest.ts',
  'secret-values.ts',
  'shell-word.ts',
  'this-host.ts',
]);
/** The public entry imports every room. */
const ENTRIES = new Set(['index.ts']);
const YOLO = ['nn', 'model', 'drawing', 'data', 'metrics', 'train', 'report'];

const root = resolve(import.meta.dirname, '..');
const posixPath = (path: string): string => path.split(sep).join(posix.sep);

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => posixPath(relative(root, join(entry.parentPath, entry.name))));

/** Every static and literal dynamic import of a file; relative ones as paths from the project folder. */
function importsOf(file: string): Import[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  const text = readFileSync(join(root, file), 'utf8');
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return named.map((to) => ({ from: file, to: to.startsWith('.') ? posix.join(posix.dirname(file), to) : to }));
}

const said = ({ from, to }: Import): string => `${from} imports ${to}`;
const roomOf = (path: string): string => path.split('/')[1]!;

/** Whether the order of the list forbids the import. */
function breaksOrder(rooms: readonly string[], from: string, to: string): boolean {
  if (from === to) return false;
  const [a, b] = [rooms.indexOf(from), rooms.indexOf(to)];
  return a < 0 || b < 0 || b > a;
}

describe('the rooms of framework/', () => {
  const inside = sources('framework').flatMap(importsOf);
  const local = inside.filter(({ to }) => to.startsWith('framework/'));

  it('import nothing from steps, pipelines or stacks, and not the engine by its own name', () => {
    expect(
      inside.filter(({ to }) => /^(steps|pipelines|stacks|tests)\//.test(to) || to === 'sluice').map(said),
    ).toEqual([]);
  });

  it('import only rooms before them', () => {
    const wrong = local.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (ENTRIES.has(a) || EVERYONES.has(a) || a === 'adapters' || a === 'viewer' || EVERYONES.has(b)) return false;
      if (b === 'adapters') return a !== 'stack';
      return breaksOrder(FRAMEWORK, a, b);
    });
    expect(wrong.map(said)).toEqual([]);
  });

  it('keep the viewer apart: of the engine it knows what the server answers, as types, and how a shell reads a word', () => {
    const known = /^framework\/(?:server\/api\/|shell-word\.ts$)/;
    const wrong = local.filter(({ from, to }) => {
      if (roomOf(from) !== 'viewer') return roomOf(to) === 'viewer';
      return roomOf(to) !== 'viewer' && !known.test(to);
    });
    expect(wrong.map(said)).toEqual([]);
    const values = sources('framework/viewer').filter((file) =>
      parseSync(file, readFileSync(join(root, file), 'utf8')).module.staticImports.some(
        ({ moduleRequest, entries }) =>
          /\/server\/api\//.test(moduleRequest.value) && entries.some(({ isType }) => !isType),
      ),
    );
    expect(values).toEqual([]);
  });

  it('keep adapters behind ports', () => {
    const wrong = local.filter(
      ({ from, to }) => roomOf(from) === 'adapters' && roomOf(to) !== 'adapters' && !PORTS.has(roomOf(to)),
    );
    expect(wrong.map(said)).toEqual([]);
  });

  it('print only in cli/reporters', () => {
    const printing = sources('framework').filter(
      (file) =>
        !file.startsWith('framework/cli/reporters/') &&
        // A worker's mark, for its parent: here the output of one step ends.
        file !== 'framework/executor/serve-step.ts' &&
        /\bconsole\.(log|info|warn|error)\(|process\.(stdout|stderr)\.write\(/.test(
          readFileSync(join(root, file), 'utf8'),
        ),
    );
    expect(printing).toEqual([]);
  });

  it('read decorator metadata in one file', () => {
    const readers = sources('framework').filter((file) =>
      /\bReflect\.(get|define|has)(Own)?Metadata\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(readers).toEqual(['framework/authoring/decorator-facts.ts']);
  });
});

describe('the rooms of steps/yolo/', () => {
  const inside = sources('steps').flatMap(importsOf);

  it('know the engine only as sluice', () => {
    expect(inside.filter(({ to }) => /^(framework|pipelines|stacks|tests)\//.test(to)).map(said)).toEqual([]);
  });

  it('import only rooms before them', () => {
    const wrong = inside.filter(({ from, to }) => {
      const [a, b] = [from.split('/'), to.split('/')];
      if (b[0] !== 'steps' || a.length === 3) return false;
      return breaksOrder(YOLO, a[2]!, b[2]!);
    });
    expect(wrong.map(said)).toEqual([]);
  });
});

describe('every folder', () => {
  const files = ['framework', 'steps', 'pipelines'].flatMap(sources);

  it('has kebab-case file names and no grab bags', () => {
    const wrong = files.filter(
      (file) =>
        !/(^|\/)[a-z0-9_-]+(\.(steps|pipeline|suite|command|materializer|d))?\.tsx?$/.test(file) ||
        /\/(utils|types|helpers|common|misc)\.ts$/.test(file),
    );
    expect(wrong).toEqual([]);
  });

  it('has no barrel but the public entry', () => {
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual(['framework/index.ts']);
  });
});
