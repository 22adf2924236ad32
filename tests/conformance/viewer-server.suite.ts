import { describe, expect, it } from 'vitest';
import type { Stack } from '../../framework/components/stack.ts';
import { answered, documentedOperations } from '../unit/server/documented-answers.ts';
import { openTestServer } from '../unit/server/open-test-server.ts';
import { describeCases } from './conformance.ts';
import { ACTION_CASES } from './viewer-server/action.cases.ts';
import { API_CASES } from './viewer-server/api.cases.ts';
import { CONTENT_CASES } from './viewer-server/content.cases.ts';
import { HOSTILE_CASES } from './viewer-server/hostile.cases.ts';
import { LIST_CASES } from './viewer-server/list.cases.ts';
import { LIVE_CASES } from './viewer-server/live.cases.ts';
import { LOG_CASES } from './viewer-server/log.cases.ts';
import type { ViewerServerSubject } from './viewer-server/subject.ts';

export interface ViewerServerHarness {
  /** Opens the one empty stack of this test, each time with connections of its own. */
  readonly connect: () => Promise<Stack>;
  /** Closes nothing: the suite closes what it connected. */
  readonly dispose: () => Promise<void>;
}

const CASES = [
  ...HOSTILE_CASES,
  ...API_CASES,
  ...LIST_CASES,
  ...LOG_CASES,
  ...CONTENT_CASES,
  ...ACTION_CASES,
  ...LIVE_CASES,
];

/** What the viewer's server does over any stack. `open` gives an empty one each time. */
export function describeViewerServer(options: {
  readonly name: string;
  readonly open: () => Promise<ViewerServerHarness>;
}): void {
  const name = `the viewer's server on ${options.name}`;
  describeCases(name, CASES, { open: () => openSubject(options.open) });

  describe(name, () => {
    it('was asked for everything that its documentation offers', async () => {
      const { app } = await openTestServer();
      expect([...answered].sort()).toEqual(documentedOperations(app).toSorted());
    });
  });
}

async function openSubject(open: () => Promise<ViewerServerHarness>): Promise<ViewerServerSubject> {
  const harness = await open();
  const connected: Stack[] = [];
  const connect = async (): Promise<Stack> => {
    const stack = await harness.connect();
    connected.push(stack);
    return stack;
  };
  const server = await openTestServer({ stack: await connect() });
  return {
    ...server,
    another: connect,
    dispose: async () => {
      await server.live.close();
      for (const stack of connected) await stack.close();
      await harness.dispose();
    },
  };
}
