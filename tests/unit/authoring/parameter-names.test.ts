import { describe, expect, it } from 'vitest';
import { parameterNames } from '../../../framework/authoring/parameter-names.ts';

class Methods {
  async none() {}
  async plain(a: number, bee: string) {
    return [a, bee];
  }
  async tricky(a = ')', { x, y } = { x: [1, 2], y: ',' }, /* c, */ d = (n: number) => n, ...rest: number[]) {
    return [a, x, y, d, rest];
  }
}

describe('parameterNames', () => {
  it('reads names past defaults, patterns, comments and rest parameters', () => {
    expect(parameterNames(Methods.prototype.none)).toEqual([]);
    expect(parameterNames(Methods.prototype.plain)).toEqual(['a', 'bee']);
    expect(parameterNames(Methods.prototype.tricky)).toEqual(['a', undefined, 'd', 'rest']);
  });
});
