import { openStack } from '../../framework/stack/open-stack.ts';
import { temporaryFolder } from '../unit/executor/open-test-stack.ts';
import { describeViewerServer } from './viewer-server.suite.ts';

describeViewerServer({
  name: 'SQLite and a folder',
  open: async () => {
    const dir = temporaryFolder();
    const project = { dir, home: `${dir}/.sluice` };
    return { connect: () => openStack({ project, name: 'local', isServer: true }), dispose: async () => {} };
  },
});
