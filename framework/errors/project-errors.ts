import { nearest } from '../nearest.ts';
import { errorRow } from './error-row.ts';

/** What a project is made of: pipelines, stacks, flavors, secrets. */
export const PROJECT_ERRORS = {
  ERR_PIPELINE_IMPORT: errorRow<{ file: string; reason: string }>(
    2,
    ({ file, reason }) => `${file} can't be imported: ${reason}`,
    () => 'npx tsc --noEmit names such faults with their lines; --debug shows the whole stack trace.',
  ),
  ERR_PIPELINE_NOT_FOUND: errorRow<{
    reference: string;
    known: readonly string[];
    where: string;
    isAmbiguous: boolean;
  }>(
    2,
    ({ reference, where, isAmbiguous }) =>
      isAmbiguous
        ? `${reference} holds more than one pipeline.`
        : `There is no pipeline ${reference === where ? '' : `${reference} `}in ${where}.`,
    ({ reference, known, isAmbiguous }) => {
      if (isAmbiguous) return `Say which: ${known.map((name) => `${reference}#${name}`).join(', ')}.`;
      const what = 'A pipeline is an exported class with @pipeline in a file pipelines/….pipeline.ts.';
      if (known.includes(reference)) return `A file has the name, but exports no such class. ${what}`;
      if (known.length === 0) return what;
      const near = nearest(reference, known);
      return `${near ? `Did you mean ${near}? ` : ''}There are: ${known.join(', ')}. ${what}`;
    },
  ),
  ERR_STACK_NOT_FOUND: errorRow<{ name: string; known: readonly string[] }>(
    2,
    ({ name }) => `There is no stack ${name}.`,
    ({ name, known }) => {
      const near = nearest(name, known);
      return `${near ? `Did you mean ${near}? ` : ''}There are: ${known.join(', ')}. A stack is a file stacks/NAME.yaml.`;
    },
  ),
  ERR_STACK_INVALID: errorRow<{ file: string; problems: readonly string[]; hint?: string }>(
    2,
    ({ file, problems }) => `In ${file}:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    ({ hint }) =>
      hint ??
      'sluice artifact-store flavors lists the flavors of that kind with their options; so do metadata-store, experiment-tracker and orchestrator.',
  ),
  ERR_FLAVOR: errorRow<{ flavor: string; where: string; problem: string; fix: string }>(
    2,
    ({ flavor, where, problem }) => `Flavor ${flavor} (${where}): ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_IN_USE: errorRow<{ what: string; users: readonly string[]; fix: string }>(
    2,
    ({ what, users }) => `${what} is used by ${users.join(', ')}.`,
    ({ fix }) => fix,
  ),
  ERR_LOCKED: errorRow<{ path: string; owner: string }>(
    1,
    ({ path, owner }) => `Another process has been changing these files for too long: ${path} belongs to ${owner}.`,
    ({ path }) => `If that process is gone, remove ${path}.`,
  ),
  ERR_SECRET_MISSING: errorRow<{ name: string; where: string; known: readonly string[] }>(
    2,
    ({ name, where }) => `There is no secret ${name}, which ${where} asks for.`,
    ({ name, known }) => {
      const near = nearest(name, known);
      return `${near ? `Did you mean ${near}? Else set` : 'Set'} it on this machine: sluice secret set ${name}`;
    },
  ),
  ERR_SECRET_KEY: errorRow<{ path: string; problem: string; fix: string }>(
    2,
    ({ path, problem }) => `The key of the secrets, ${path}: ${problem}`,
    ({ fix }) => fix,
  ),
} as const;
