import { describe, expect, it } from 'vitest';
import { postgresMetadataStore } from '../../../../framework/adapters/metadata-stores/postgres.ts';
import { isTransient, postgresError } from '../../../../framework/adapters/metadata-stores/postgres-error.ts';
import { SluiceError } from '../../../../framework/errors.ts';
import { freePort } from '../../../services/free-port.ts';

const place = { location: 'postgres://me@db:5432/runs (schema s)', user: 'me', database: 'runs', schema: 's' };

describe('the Postgres metadata store', () => {
  it('says where it is without the password, whichever way it was told', () => {
    const url = 'postgresql://me:s%40crets@db.example.org:6432/runs?sslmode=require';
    const location = 'postgres://me@db.example.org:6432/runs (schema sluice)';
    expect(postgresMetadataStore({ url }).location).toBe(location);
    const parts = { host: 'db.example.org', port: 6432, user: 'me', password: 's@crets', database: 'runs' };
    expect(postgresMetadataStore(parts).location).toBe(location);
    expect(postgresMetadataStore({ url, host: 'other', schema: 'mine' }).location).toBe(
      'postgres://me@other:6432/runs (schema mine)',
    );
    expect(postgresMetadataStore({ url: 'postgres://[::1]/runs' }).location).toContain('@::1:5432/runs');
  });

  it('refuses what can’t be an address or the name of a schema', () => {
    const refused = (options: Parameters<typeof postgresMetadataStore>[0]): unknown => {
      try {
        return postgresMetadataStore(options).location;
      } catch (error) {
        return error instanceof SluiceError ? error.code : error;
      }
    };
    for (const schema of ['', 'a"; drop table run; --', 'Upper', 'x'.repeat(49), '1st']) {
      expect([schema, refused({ schema })]).toEqual([schema, 'ERR_STORE_OPEN']);
    }
    for (const url of ['mysql://a@b/c', 'db.example.org', '']) expect(refused({ url })).toBe('ERR_STORE_OPEN');
  });

  it('gives up at once where no server listens, and names the place', async () => {
    const port = await freePort();
    const store = postgresMetadataStore({ url: `postgres://me:canary@127.0.0.1:${port}/runs` });
    const error: unknown = await store.migrate().catch((fault: unknown) => fault);
    await store.close();
    expect(error).toMatchObject({ code: 'ERR_STORE_UNREACHABLE' });
    expect(String(error)).toContain(`127.0.0.1:${port}/runs`);
    expect(String(error)).not.toContain('canary');
  });
});

describe('errors of Postgres', () => {
  const fault = (code: string, message = 'as the server says it'): Error => Object.assign(new Error(message), { code });

  it('are told apart: refused, away, busy, full, and faults of ours', () => {
    const codes = (error: Error): unknown => {
      const said = postgresError(error, place, 0);
      return said instanceof SluiceError ? said.code : said;
    };
    for (const code of ['28P01', '28000', '3D000', '42501', 'ENOTFOUND', 'SELF_SIGNED_CERT_IN_CHAIN']) {
      expect([code, codes(fault(code))]).toEqual([code, 'ERR_STORE_OPEN']);
    }
    for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300']) {
      expect([code, codes(fault(code))]).toEqual([code, 'ERR_STORE_UNREACHABLE']);
    }
    for (const code of ['40001', '40P01', '55P03', '57014']) {
      expect([code, codes(fault(code))]).toEqual([code, 'ERR_STORE_BUSY']);
    }
    expect([codes(fault('53100')), codes(fault('25006'))]).toEqual(['ERR_STORE_WRITE', 'ERR_STORE_WRITE']);
    const ours = fault('42703', 'column does not exist');
    expect(codes(ours)).toBe(ours);
  });

  it('are tried again when that may help, and only then', () => {
    const lost = new Error('Connection terminated unexpectedly');
    const both = new AggregateError([fault('ECONNREFUSED'), fault('ECONNREFUSED')]);
    for (const error of [lost, both, fault('57P01'), fault('40P01'), fault('ECONNRESET')]) {
      expect(isTransient(error)).toBe(true);
    }
    for (const error of [fault('28P01'), fault('23505'), fault('57014'), new Error('something else'), undefined]) {
      expect(isTransient(error)).toBe(false);
    }
  });
});
