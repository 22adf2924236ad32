import { errorRow } from './error-row.ts';

/** Files, artifacts, and the stores that hold them and the record. */
export const STORE_ERRORS = {
  ERR_FILE_NOT_FOUND: errorRow<{ path: string; what: string }>(
    2,
    ({ path, what }) => `${what} ${path} does not exist.`,
    () => 'Check the path; a relative one counts from the current folder.',
  ),
  ERR_FILE_WRITE: errorRow<{ path: string; reason: string }>(
    2,
    ({ path, reason }) => `${path} can't be written: ${reason}.`,
    () => 'Name another place, or free some space or mend the permissions there.',
  ),
  ERR_ARTIFACT_MISSING: errorRow<{ digest: string; store: string }>(
    1,
    ({ digest, store }) => `Artifact ${digest} is not in the store ${store}.`,
    () => 'Run the pipeline again: the step that made it will run and put it back.',
  ),
  ERR_ARTIFACT_DAMAGED: errorRow<{ digest: string; store: string; found: string }>(
    1,
    ({ digest, store, found }) => `Artifact ${digest} in the store ${store} is damaged: its bytes hash to ${found}.`,
    () => 'Run the pipeline again: the step that made it will run and put it back.',
  ),
  ERR_STORE_WRITE: errorRow<{ store: string; path: string; reason: string; fix?: string }>(
    1,
    ({ store, path, reason }) => `The store ${store} could not write ${path}: ${reason}.`,
    ({ fix = 'Free some space or mend the permissions, then run again: what was committed is kept.' }) => fix,
  ),
  ERR_STORE_READ: errorRow<{ store: string; path: string; reason: string }>(
    1,
    ({ store, path, reason }) => `The store ${store} could not read ${path}: ${reason}.`,
    () =>
      'Look at the disk and the permissions, then run again: what was committed is kept. sluice doctor tries the store.',
  ),
  ERR_STORE_OPEN: errorRow<{ store: string; path: string; reason: string; fix?: string }>(
    2,
    ({ store, path, reason }) => `The store ${store} could not be opened at ${path}: ${reason}.`,
    ({ fix = 'sluice doctor tries every component and says what to do.' }) => fix,
  ),
  ERR_STORE_BUSY: errorRow<{ store: string; location: string; reason: string }>(
    1,
    ({ store, location, reason }) => `The store ${store} at ${location} is too busy: ${reason}.`,
    () =>
      'Run again: what was committed is kept. If it stays so, look what holds the server up, or raise the timeouts of the component.',
  ),
  ERR_GC_FORMAT: errorRow<{ digest: string; format: string; version: number }>(
    2,
    ({ digest, format, version }) =>
      `Artifact ${digest.slice(0, 12)} has parts which only its materializer can find, and there is none here for ${format} version ${version}. Nothing was removed.`,
    () =>
      'Name the pipeline that has it: sluice artifacts gc --pipeline NAME (the one whose @pipeline({ materializers }) has that format).',
  ),
  ERR_STORE_UNREACHABLE: errorRow<{ store: string; location: string; action: string; reason: string; seconds: number }>(
    1,
    ({ store, location, action, reason, seconds }) =>
      `The store ${store} at ${location} could not ${action}: ${reason}${seconds > 0 ? ` (tried for ${seconds} s)` : ''}.`,
    () =>
      'See that its server runs and can be reached from here (sluice stack doctor), then run again: what was committed is kept.',
  ),
  ERR_STORE_REFUSED: errorRow<{ store: string; location: string; action: string; reason: string; fix: string }>(
    1,
    ({ store, location, action, reason }) => `The store ${store} at ${location} refused to ${action}: ${reason}.`,
    ({ fix }) => fix,
  ),
  ERR_SCHEMA_NEWER: errorRow<{ store: string; found: number; known: number }>(
    2,
    ({ store, found, known }) => `The metadata store ${store} has schema version ${found}; this Sluice knows ${known}.`,
    () => 'Use the Sluice version that wrote it, or a newer one.',
  ),
} as const;
