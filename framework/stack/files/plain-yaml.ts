type Data = Record<string, unknown>;

const COMMENT = /^ *(?:#[\x20-\x7e]*)?$/;
const LINE = /^(?<indent>(?: {2})?)(?<key>[A-Za-z_][A-Za-z0-9_]*):(?: (?<value>\S(?:.*\S)?))?$/;
/** Begins like nothing else in YAML, and is one line of ASCII. */
const TEXT = /^[A-Za-z$/][\x20-\x7e]*$/;
const NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
/** Words that YAML takes for something else than text. */
const WORD = /^(?:null|true|false)$/i;

/**
 * The data of YAML as stacks and components mostly are: keys with one-line values, two levels deep, and comments. Undefined for everything else, which
 * the YAML library reads. That library takes longer to load than a small file takes to be understood, and each command reads such a file.
 */
export function plainYaml(text: string): Data | undefined {
  const data: Data = {};
  let open: Data | undefined;
  let isEmpty = false;
  for (const line of text.split('\n')) {
    if (COMMENT.test(line)) continue;
    const { indent, key, value } = LINE.exec(line)?.groups ?? {};
    const target = indent === '' ? data : open;
    // `__proto__` would be no key of its own.
    if (
      key === undefined ||
      target === undefined ||
      Object.hasOwn(target, key) ||
      WORD.test(key) ||
      key === '__proto__'
    )
      return undefined;
    if (indent === '' && isEmpty) return undefined;
    if (value === undefined) {
      if (indent !== '') return undefined;
      data[key] = open = {};
      isEmpty = true;
      continue;
    }
    const read = scalar(value);
    if (read === undefined) return undefined;
    target[key] = read;
    if (indent === '') open = undefined;
    isEmpty = false;
  }
  return isEmpty ? undefined : data;
}

function scalar(text: string): string | number | boolean | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (!TEXT.test(text) || WORD.test(text)) return undefined;
  // A colon before a blank begins a value, a hash behind one a comment.
  return /:(?: |$)| #/.test(text) ? undefined : text;
}
