/** One row of the error table: how the message and the hint are made from typed arguments. */
export interface ErrorRow<A> {
  /** Exit code of the command when this error ends it: 1 the run failed, 2 wrong usage or configuration, 130 cancelled. */
  readonly exit: 1 | 2 | 130;
  readonly message: (args: A) => string;
  readonly hint: (args: A) => string;
}

/** A row whose arguments the code that raises it has to give: `errorRow<{ path: string }>(2, message, hint)`. */
export const errorRow = <A>(
  exit: ErrorRow<A>['exit'],
  message: (args: A) => string,
  hint: (args: A) => string,
): ErrorRow<A> => ({ exit, message, hint });
