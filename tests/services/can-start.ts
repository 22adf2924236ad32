import { findProgram, type Program } from './find-program.ts';

/**
 * Whether tests can start servers of their own from these programs; false where one is not installed.
 *
 * @throws under `REQUIRE_SERVICES=1` when one is missing.
 */
export function canStart(...programs: readonly Program[]): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0 && process.env['REQUIRE_SERVICES'] === '1') {
    throw new Error(
      `REQUIRE_SERVICES=1, but there is no ${missing.join(', no ')}: npm run services -- start installs what is missing.`,
    );
  }
  return missing.length === 0;
}
