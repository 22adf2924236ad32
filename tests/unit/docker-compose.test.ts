import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ARTIFACT_STORES } from '../../framework/stack/flavors/artifact-store.ts';
import { EXPERIMENT_TRACKERS } from '../../framework/stack/flavors/experiment-tracker.ts';
import { METADATA_STORES } from '../../framework/stack/flavors/metadata-store.ts';
import { composeFile } from '../services/compose-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const { text, services, volumes } = composeFile();
const documented = parseEnv(read('.env.example'));
const all = Object.entries(services);

/** Of docker compose: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`. */
const references = [...text.matchAll(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g)].map(([, name, kind, rest]) => ({
  name: name!,
  kind,
  rest,
}));
/** Jobs: what other services wait for the end of. */
const jobs = new Set(
  all.flatMap(([, { depends_on = {} }]) =>
    Object.keys(depends_on).filter((name) => depends_on[name]?.condition === 'service_completed_successfully'),
  ),
);

describe('docker-compose.yml and .env.example', () => {
  it('use and document the same variables', () => {
    expect([...new Set(references.map(({ name }) => name))].sort()).toEqual(Object.keys(documented).sort());
  });

  it('have no password of their own: it is empty in the one and required in the other', () => {
    const secret = Object.keys(documented).filter((name) => /PASSWORD|SECRET|TOKEN/.test(name));
    expect(secret).toHaveLength(6);
    for (const name of secret) {
      expect([name, documented[name]]).toEqual([name, '']);
      expect(references.filter((reference) => reference.name === name && reference.kind !== '?')).toEqual([]);
    }
  });

  it('have the same defaults', () => {
    for (const { name, kind, rest } of references)
      if (kind === '-') expect([name, rest]).toEqual([name, documented[name]]);
  });

  it('have every variable that the team stack reads, with the same defaults', () => {
    const commented = parseEnv(read('.env.example').replace(/^# (?=SLUICE_)/gm, ''));
    const used = [...read('stacks/team.yaml').matchAll(/\$\{env:([A-Z_]+)(?::-([^}]*))?\}/g)];
    expect(used.length).toBeGreaterThan(8);
    for (const [, name, rest] of used) expect([name, commented[name!]]).toEqual([name, rest ?? expect.any(String)]);
    for (const { 1: port } of text.matchAll(/127\.0\.0\.1:\$\{(\w+)/g)) {
      // The console and the viewer are for people.
      if (port !== 'SLUICE_MINIO_CONSOLE_PORT' && port !== 'SLUICE_VIEWER_PORT')
        expect(used.map(([, name]) => name)).toContain(port);
    }
  });

  it('give the team stack its user, bucket, folder and database', () => {
    const team = parse(read('stacks/team.yaml')) as {
      artifact_store: { prefix: string };
      metadata_store: { database: string };
    };
    expect(team.artifact_store.prefix).toBe(services['minio-init']!.environment!['SLUICE_PREFIX']);
    expect(team.metadata_store.database).toBe(services['postgres']!.environment!['SLUICE_DATABASE']);
  });

  it('publish ports on this machine only', () => {
    const ports = all.flatMap(([, { ports = [] }]) => ports);
    expect(ports).toHaveLength(5);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(all.filter(([, { network_mode }]) => network_mode !== undefined)).toEqual([]);
  });

  it('pin every image and every package in one', () => {
    for (const [name, { image }] of all) expect([name, image]).toEqual([name, expect.stringMatching(/:[^:]*\d[^:]*$/)]);
    expect(read('docker/mlflow.Dockerfile')).toMatch(/^FROM python:\d+\.\d+\.\d+-/m);
    const packages = read('docker/mlflow-requirements.txt').trim().split('\n');
    for (const line of packages) expect(line).toMatch(/^[\w-]+==[\d.]+$/);
    expect(`mlflow==${services['mlflow']?.image?.split(':')[1]}`).toBe(packages[0]);
    const { version, devDependencies } = JSON.parse(read('package.json')) as Manifest;
    expect(services['viewer']?.image).toBe(`sluice-viewer:${version}`);
    expect(read('docker/viewer.Dockerfile')).toContain(`\nFROM node:${devDependencies['node']}-`);
  });

  it('say of every service that stays up when it is healthy, and let one of them adopt every job', () => {
    expect([...jobs]).toEqual(['minio-init']);
    for (const [name, { healthcheck }] of all)
      expect([name, healthcheck !== undefined]).toEqual([name, !jobs.has(name)]);
  });

  it('start what the flavors of components name as their services', () => {
    const named = [...ARTIFACT_STORES, ...METADATA_STORES, ...EXPERIMENT_TRACKERS].flatMap(
      (flavor) => flavor.services ?? [],
    );
    expect([...named, 'viewer'].sort()).toEqual(Object.keys(services).sort());
  });

  it('mount volumes that are declared and files that exist', () => {
    const mounted = all.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0]!));
    const [files, named] = [
      mounted.filter((name) => name.startsWith('.')),
      mounted.filter((name) => !name.startsWith('.')),
    ];
    expect(named.sort()).toEqual(Object.keys(volumes).sort());
    expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
  });

  it('give the viewer what its stack asks for, each server by its name among the services, and nothing else', () => {
    const { environment = {}, depends_on = {} } = services['viewer']!;
    const asked = [...read('stacks/team.yaml').matchAll(/\$\{env:([A-Z_]+)/g)].map(([, name]) => name!);
    // Inside, every server listens on its own port, whatever the machine shows it on.
    const given = asked.filter((name) => !name.endsWith('_PORT'));
    expect(Object.keys(environment).sort()).toEqual([...given, 'SLUICE_VIEWER_TOKEN'].sort());
    for (const [name, value] of Object.entries(environment)) {
      if (!name.endsWith('_HOST')) continue;
      expect(depends_on[value]).toEqual({ condition: 'service_healthy' });
      expect(name).toBe(`SLUICE_${value.toUpperCase()}_HOST`);
      const variable = `SLUICE_${value.toUpperCase()}_PORT`;
      const inside = services[value]!.ports!.find((port) => port.includes(variable))!
        .split(':')
        .at(-1);
      expect(read('stacks/team.yaml')).toContain(`\${env:${variable}:-${inside}}`);
    }
  });

  it('give each script the variables that it reads, and no others', () => {
    for (const [service, file] of [
      ['minio-init', 'docker/minio-init.sh'],
      ['postgres', 'docker/postgres-init.sh'],
    ] as const) {
      const used = [...read(file).matchAll(/(?:\$|\\getenv \w+ )([A-Z_]+)/g)].map(([, name]) => name!);
      // The one is the script's own, the other the image's.
      const given = [...new Set(used), ...(service === 'postgres' ? ['POSTGRES_PASSWORD'] : [])];
      const own = given.filter((name) => name !== 'MC_CONFIG_DIR');
      expect([file, own.sort()]).toEqual([file, Object.keys(services[service]!.environment!).sort()]);
    }
  });
});
