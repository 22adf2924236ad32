import type { Stack } from '../../../framework/components/stack.ts';
import type { TestServer } from '../../unit/server/open-test-server.ts';

/** The viewer's server over an empty stack. */
export interface ViewerServerSubject extends TestServer {
  /** The same stack once more, with connections of its own, as another process has it. */
  readonly another: () => Promise<Stack>;
  readonly dispose: () => Promise<void>;
}
