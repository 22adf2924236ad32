interface Insert {
  execute(): Promise<unknown>;
}

/** Rows of one statement: well below the 32,766 values that SQLite takes, and few shapes of statement to keep prepared. */
const ROWS = 100;

/** Inserts any number of rows, also none. @param insert makes the statement for some of them. */
export async function insertRows<R>(rows: readonly R[], insert: (some: readonly R[]) => Insert): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS) await insert(rows.slice(at, at + ROWS)).execute();
}
