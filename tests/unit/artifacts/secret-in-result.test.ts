import { describe, expect, it } from 'vitest';
import { secretValues } from '../../../framework/secret-values.ts';
import { filesBelow } from './files-below.ts';
import { temporaryStack } from './temporary-stack.ts';

const PASSWORD = 'correct-horse-"battery"';
secretValues.add(PASSWORD);

describe('a result that holds a password of the stack', () => {
  it('is refused, in whatever value it stands, and nothing of it is stored', async () => {
    await using stack = await temporaryStack();
    for (const value of [
      PASSWORD,
      { url: `s3://user:${PASSWORD}@host` },
      [{ deep: [PASSWORD] }],
      Buffer.from(PASSWORD),
    ]) {
      await expect(stack.io.save(value, 'connect')).rejects.toMatchObject({
        code: 'ERR_SECRET_IN_RESULT',
        message: expect.stringMatching(/^connect(\.url)? holds the value of a secret/),
      });
    }
    expect(await filesBelow(stack.folder)).toEqual({});
  });

  it('is not seen in a word that is a short secret elsewhere', async () => {
    secretValues.add('sluice');
    await using stack = await temporaryStack();
    await expect(stack.io.save('built with sluice', 'greet')).resolves.toMatchObject({ kind: 'value' });
  });
});
