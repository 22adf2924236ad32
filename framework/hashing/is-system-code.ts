/** Whether an error is one of the operating system's, with one of these codes (ENOENT …). */
export const isSystemCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
