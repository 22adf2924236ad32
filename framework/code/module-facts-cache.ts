import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { sha256 } from '../hashing/digest.ts';
import { BUILD } from './build-name.ts';
import type { ModuleFacts } from './module-facts.ts';
import { readModule } from './read-module.ts';
import type { Source } from './sources.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * The facts of modules, kept on disk by their content: after an edit only the edited file is parsed again.
 * @param dir one small file a module.
 */
export function moduleFactsCache(dir: string): (path: string, source: Source) => ModuleFacts {
  const known = new Map<string, ModuleFacts>();
  return (path, source) => {
    // The extension decides how the text is read; nothing else about the path does.
    const key = sha256(`${BUILD}\n${extname(path)}\n${source.digest}`);
    const file = join(dir, `${key}.json`);
    const before = known.get(key) ?? readFacts(file);
    const facts = before ?? readModule(path, source.text);
    if (!before) writeAtomically(file, JSON.stringify(facts));
    known.set(key, facts);
    return facts;
  };
}

function readFacts(file: string): ModuleFacts | undefined {
  try {
    const facts = JSON.parse(readFileSync(file, 'utf8')) as ModuleFacts;
    // Looked up by names that a user chose, of which one may be `constructor`.
    for (const record of [facts.declared, facts.imported, facts.exported, facts.classes])
      Object.setPrototypeOf(record, null);
    return facts;
  } catch {
    // Not there, or not whole: the source tells.
    return undefined;
  }
}
