import type { StartedService } from './started-services.ts';

/** The variables that stacks/team.yaml reads, for servers that were started without Docker: text of a `.env` file. */
export function teamEnvironment(services: readonly StartedService[]): string {
  const entries = services.flatMap(({ name, url }): readonly (readonly [string, string])[] => {
    if (url === undefined) return [];
    const { port, username, password } = new URL(url);
    if (name === 'mlflow') return [['SLUICE_MLFLOW_PORT', port]];
    if (name === 'minio') {
      return [
        ['SLUICE_MINIO_PORT', port],
        ['SLUICE_MINIO_ACCESS_KEY', username],
        ['SLUICE_MINIO_SECRET_KEY', password],
      ];
    }
    return [
      ['SLUICE_POSTGRES_PORT', port],
      ['SLUICE_POSTGRES_USER', username],
      ['SLUICE_POSTGRES_PASSWORD', password],
    ];
  });
  return entries.map(([name, value]) => `${name}=${value}`).join('\n');
}
