/**
 * A rolldown plugin: files of the build in ASCII alone. One `…` in a text makes Node decode the whole file into two bytes a character, and V8 keep and
 * compare twice as many at every start.
 *
 * Everything that is not ASCII stands in strings, templates and regular expressions by now (comments are gone), where `\uXXXX` means the same.
 */
const FOREIGN = /[^\0-\x7f]/g;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export const asciiOutput = () => ({
  name: 'ascii-output',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk' || file.code.search(FOREIGN) < 0) continue;
      // Its raw text is what counts there.
      if (/String\.raw`[^`]*[^\0-\x7f]/.test(file.code))
        throw new Error(`${file.fileName}: String.raw with foreign letters`);
      const map = bundle[`${file.fileName}.map`];
      if (map) map.source = withMappings(map.source, file.code);
      file.code = file.code.replace(FOREIGN, escaped);
    }
  },
});

/** By UTF-16 unit: a pair of surrogates stays one, also where a regular expression reads code points. */
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The source map with the columns of the escaped code. @param code before it was escaped. */
function withMappings(source, code) {
  const map = JSON.parse(source);
  const lines = code.split('\n');
  map.mappings = map.mappings
    .split(';')
    .map((segments, line) => shifted(segments, lines[line] ?? ''))
    .join(';');
  return JSON.stringify(map);
}

/** Each segment begins with its column, counted from the one before it. */
function shifted(segments, line) {
  if (segments === '' || line.search(FOREIGN) < 0) return segments;
  const foreign = [...line.matchAll(FOREIGN)].map(({ index }) => index);
  let [column, passed, before] = [0, 0, 0];
  const moved = segments.split(',').map((segment) => {
    const [delta, rest] = firstNumber(segment);
    column += delta;
    while (passed < foreign.length && foreign[passed] < column) passed++;
    const now = column + passed * (escaped('\u2026').length - 1);
    const text = vlq(now - before) + rest;
    before = now;
    return text;
  });
  return moved.join(',');
}

/** The first number of a segment in base64 VLQ, and what follows it. */
function firstNumber(segment) {
  let [value, shift, at, digit] = [0, 0, 0, 0];
  do {
    digit = BASE64.indexOf(segment[at++]);
    value |= (digit & 31) << shift;
    shift += 5;
  } while (digit & 32);
  return [value & 1 ? -(value >>> 1) : value >>> 1, segment.slice(at)];
}

function vlq(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += BASE64[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
