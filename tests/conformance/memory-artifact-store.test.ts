import { memoryArtifactStore } from '../../framework/adapters/artifact-stores/memory.ts';
import { describeArtifactStore } from './artifact-store.suite.ts';

describeArtifactStore({
  name: 'memory',
  open: async () => {
    const store = memoryArtifactStore();
    return { store, damage: async () => {}, dispose: () => store.close() };
  },
  skip: [
    {
      reason: 'nothing but the store can reach its memory',
      tests: ['notices damaged bytes on every way to them', 'replaces damaged bytes when the right ones are written'],
    },
  ],
});
