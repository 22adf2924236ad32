import { describe, expect, it } from 'vitest';
import { interpolate } from '../../../framework/stack/interpolate.ts';
import { openSecrets } from '../../../framework/stack/secrets/secret-store.ts';
import { projectWith, withSecretKey, withVariable } from './project-with.ts';

const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });

describe('references in options', () => {
  it('are variables, defaults and secrets, several in one text and at any depth', async () => {
    const project = projectWith();
    withSecretKey(project);
    withVariable('SLUICE_T_HOST', 'db.example');
    withVariable('SLUICE_T_EMPTY', '');
    await openSecrets(project.home).set('db-pass', 'pa$$ ${env:X} word');
    const options = {
      url: 'http://${env:SLUICE_T_HOST}:${env:SLUICE_T_PORT:-5432}/x',
      list: ['${secret:db-pass}', 7],
      empty: '${env:SLUICE_T_EMPTY:-filled}',
    };
    const { value, references } = await interpolate(options, { project, where: 'team.yaml' });
    // What a secret holds is never read as a reference again.
    expect(value).toEqual({
      url: 'http://db.example:5432/x',
      list: ['pa$$ ${env:X} word', 7],
      empty: 'filled',
    });
    expect([...references].sort()).toEqual(['empty', 'list.0', 'url']);
  });

  it('read .env of the project, which never overrides the environment and never becomes part of it', async () => {
    const project = projectWith({ '.env': 'SLUICE_T_A=from-file\nSLUICE_T_B="quoted # not a comment"\n' });
    withVariable('SLUICE_T_A', 'from-environment');
    withVariable('SLUICE_T_B', undefined);
    const { value } = await interpolate(['${env:SLUICE_T_A}', '${env:SLUICE_T_B}'], { project, where: 'x' });
    expect(value).toEqual(['from-environment', 'quoted # not a comment']);
    expect(process.env['SLUICE_T_B']).toBeUndefined();
  });

  it.each([
    ['${env:SLUICE_T_NOT_SET}', 'ERR_STACK_INVALID', /SLUICE_T_NOT_SET is not set.*\.env/],
    ['${file:x}', 'ERR_STACK_INVALID', /something else than/],
    ['${env:}', 'ERR_STACK_INVALID', /something else than/],
    ['${secret:absent}', 'ERR_SECRET_MISSING', /no secret absent, which team\.yaml asks for/],
  ])('%s is refused by name', async (text, code, words) => {
    const project = projectWith();
    withSecretKey(project);
    await expect(interpolate({ text }, { project, where: 'team.yaml' })).rejects.toThrow(failure(code, words));
  });
});
