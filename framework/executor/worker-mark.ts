/** Environment variable of worker processes. A pipeline file that starts a run when it is imported would start runs without end there. */
export const WORKER_MARK = 'SLUICE_WORKER';
