import type { CancelRequest, MetadataStore } from '../components/metadata-store.ts';
import type { ClaimKeeper } from './claim-keeper.ts';

/** Also how long another process's wish to cancel may stay unseen: a part of the clock in `cancellation.ts`. */
const HEARTBEAT_MS = 500;

/**
 * Says "alive" to the store while a run goes on, renews its claims, and notices when another process asks to cancel it.
 * A heartbeat that fails (a busy store) is tried again at the next beat; a store that is really broken shows at the next commit.
 */
export function keepPresence(options: {
  readonly store: Pick<MetadataStore, 'heartbeat'>;
  readonly executor: string;
  readonly run: string;
  readonly claims: Pick<ClaimKeeper, 'renewAll'>;
  readonly onCancel: (how: CancelRequest['how']) => void;
}): { stop(): void } {
  const { store, executor, run, claims, onCancel } = options;
  let isBeating = false;

  async function beat(): Promise<void> {
    const requests = await store.heartbeat(executor);
    const request = requests.find(({ id }) => id === run);
    if (request) onCancel(request.how);
    await claims.renewAll();
  }

  const timer = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    beat()
      .catch((error: unknown) => process.emitWarning(`Sluice: a heartbeat failed: ${String(error)}`))
      .finally(() => {
        isBeating = false;
      });
  }, HEARTBEAT_MS);
  // A run that hangs on nothing else must not hang on its heartbeat.
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
