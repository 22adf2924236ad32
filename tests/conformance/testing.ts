/**
 * What `sluice/testing` exports: the suites that every flavor passes, for flavors of your own. They run under vitest, which your project has.
 * A suite opens a fresh, empty component for each case; a case that a flavor can't pass is skipped by name, with a reason.
 */
export { type ArtifactStoreSubject, describeArtifactStore } from './artifact-store.suite.ts';
export type { Skip } from './conformance.ts';
export { describeExperimentTracker, type ExperimentTrackerSubject } from './experiment-tracker.suite.ts';
export { describeMetadataStore, type MetadataStoreHarness } from './metadata-store.suite.ts';
