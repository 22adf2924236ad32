/** A Python tool that does what Sluice does, and how its program beside this file is run. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** What pip is asked for. Only what has to be is pinned beside the tool itself: the rest is what a user gets today. */
  readonly requirements: readonly string[];
  readonly program: string;
  /** Environment that keeps all its state in `folder`, and its telemetry off. */
  readonly env: (folder: string) => Readonly<Record<string, string>>;
}

export const PEERS: readonly Peer[] = [
  {
    name: 'ZenML',
    version: '0.98.0',
    requirements: ['zenml[local]==0.98.0'],
    program: 'zenml_chain.py',
    env: (folder) => ({
      ZENML_CONFIG_PATH: folder,
      ZENML_LOCAL_STORES_PATH: folder,
      ZENML_ANALYTICS_OPT_IN: 'false',
    }),
  },
  {
    name: 'Prefect',
    version: '3.8.8',
    // Its server does not start with today's FastAPI, which its own requirements allow.
    requirements: ['prefect==3.8.8', 'fastapi==0.139.0'],
    program: 'prefect_chain.py',
    env: (folder) => ({
      PREFECT_HOME: folder,
      PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: 'true',
      PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
      // A busy machine takes longer to start the server than the 20 s it is given.
      PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: '120',
    }),
  },
  {
    name: 'redun',
    version: '0.44.1',
    requirements: ['redun==0.44.1'],
    program: 'redun_chain.py',
    env: () => ({}),
  },
];
