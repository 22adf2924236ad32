/** An import statement as the transformer prints it: on one line of its own. */
const IMPORT =
  /^import (?:([\p{ID_Start}$_][\p{ID_Continue}$]*)(?:, )?)?(?:\{ (.+) \})? from ("(?!@oxc-project\/).+");$/gmu;

interface Specifier {
  readonly imported: string;
  readonly local: string;
}

/**
 * Lets a decorated signature name an imported interface. Emitted metadata mentions every imported type of a decorated signature
 * (`typeof Shape === "undefined" ? Object : Shape`), and importing by name what the other module doesn't have at run time fails before
 * anything runs; TypeScript's own compiler knows which names are interfaces, a transformer of single files can't. So names that only metadata needs are
 * looked up in the module's namespace, where one that isn't there is undefined. Lines stay where they are.
 *
 * @param code transformed with metadata.
 * @param plain the same without: what it doesn't import any more, only metadata needs.
 */
export function loosenTypeImports(code: string, plain: string): string {
  const needed = new Set([...plain.matchAll(IMPORT)].flatMap((match) => specifiersOf(match).map(({ local }) => local)));
  let loosened = code;
  for (const match of code.matchAll(IMPORT)) {
    const all = specifiersOf(match);
    const loose = all.filter(({ local }) => !needed.has(local) && isMetadataOnly(local, code, match[0]));
    if (loose.length === 0) continue;
    const namespace = `_types_${match.index}`;
    const kept = all.filter((one) => !loose.includes(one));
    const statements = [
      ...(kept.length > 0 ? [statement(kept, match[3]!)] : []),
      `import * as ${namespace} from ${match[3]};`,
    ];
    loosened = loosened.replace(match[0], () => statements.join(' '));
    for (const { local, imported } of loose) {
      loosened = loosened.replaceAll(mention(local), () => mention(`${namespace}.${imported}`));
    }
  }
  return loosened;
}

const mention = (name: string): string => `typeof ${name} === "undefined" ? Object : ${name}`;

function specifiersOf(match: RegExpMatchArray): Specifier[] {
  const named = match[2]?.split(', ').map((text): Specifier => {
    const [imported = '', local = imported] = text.split(' as ');
    return { imported, local };
  });
  return [...(match[1] ? [{ imported: 'default', local: match[1] }] : []), ...(named ?? [])];
}

const statement = (specifiers: readonly Specifier[], source: string): string => {
  const list = specifiers.map(({ imported, local }) => (imported === local ? local : `${imported} as ${local}`));
  return `import { ${list.join(', ')} } from ${source};`;
};

/** Whether every mention of the name is metadata's: a local variable of that name would be another thing. */
function isMetadataOnly(name: string, code: string, importLine: string): boolean {
  const word = new RegExp(`(?<![\\p{ID_Continue}$.])${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`, 'gu');
  const rest = code.replace(importLine, '');
  const mentions = rest.split(mention(name)).length - 1;
  return mentions > 0 && (rest.match(word)?.length ?? 0) === 2 * mentions;
}
