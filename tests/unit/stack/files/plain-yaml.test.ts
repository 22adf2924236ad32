import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { plainYaml } from '../../../../framework/stack/files/plain-yaml.ts';

/** What the library says, as `parseYaml` hands it on; undefined where it refuses. */
function byLibrary(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' }) ?? {};
  } catch {
    return undefined;
  }
}

/** Pieces of which some mean something in YAML, put together at random. */
const PIECES = [
  ...[
    'a',
    'key',
    'flavor',
    'minio',
    'true',
    'Null',
    'no',
    '0',
    '12',
    '0o7',
    '1e3',
    '-1',
    '~',
    '.inf',
    '__proto__',
    'é',
  ],
  ...[
    ':',
    ': ',
    ' ',
    '  ',
    '\t',
    '#',
    ' #',
    '-',
    '- ',
    '?',
    '|',
    '>',
    '&a',
    '*a',
    '!t',
    '%',
    '@',
    '`',
    "'",
    '"',
    ',',
    '\r',
  ],
  ...['{', '}', '[', ']', '$', '${env:X:-y}', '${secret:S}', 'http://h:1/p', '---', '...', '<<', '=', '\\', '/'],
];
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join(''));
const key = fc.constantFrom(...['a', 'b', 'c', 'd', 'e', 'artifact_store', 'no', 'null', 'constructor', 'y']);
const word = fc.constantFrom('x', 'y', '1', 'true', '#c', 'k:', 'a:b', '-', '${env:X:-y}', 'http://h');
/** Mostly what could be a stack's file, so that a slip somewhere in it is the only one. */
const likely = fc
  .tuple(fc.constantFrom('', '  '), key, fc.array(word, { maxLength: 3 }))
  .map(([indent, name, words]) => [`${indent}${name}:`, ...words].join(' '));
const line = fc.oneof(
  { arbitrary: likely, weight: 8 },
  fc.tuple(fc.constantFrom('', '  ', ' ', '    '), key, soup).map(([at, name, value]) => `${at}${name}: ${value}`),
  fc.constantFrom('', '# a comment', '  # another'),
  soup,
);

test('what is read without the library is what the library reads', () => {
  let understood = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const text = lines.join('\n');
      const plain = plainYaml(text);
      if (plain === undefined) return;
      understood++;
      expect(plain).toEqual(byLibrary(text));
    }),
    { numRuns: Number(process.env['SLUICE_YAML_RUNS'] ?? 3000) },
  );
  expect(understood).toBeGreaterThan(100);
});

test.each(['local', 'team'])('the stack %s that ships is read without the library', (name) => {
  const text = readFileSync(new URL(`../../../../stacks/${name}.yaml`, import.meta.url), 'utf8');
  expect(plainYaml(text)).toEqual(parse(text));
});
