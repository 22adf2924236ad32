import { describe, expect, it } from 'vitest';
import { namesOfPythonDict, pythonDict } from '../../../../steps/yolo/model/python-literal.ts';

describe('class names as a Python dict', () => {
  it('look as Python prints them', () => {
    expect(pythonDict(['person', "driver's cab", 'a "b"', `both ' and "`, 'back\\slash'])).toBe(
      `{0: 'person', 1: "driver's cab", 2: 'a "b"', 3: 'both \\' and "', 4: 'back\\\\slash'}`,
    );
  });

  it.each([[['person']], [["driver's cab", 'a, b: c', '{0: 1}', `'"`, 'tab\tand\nline', 'Köchin', '']]])(
    'come back: %j',
    (names) => {
      expect(namesOfPythonDict(pythonDict(names))).toEqual(names);
    },
  );

  it('are read in any order, and as a list', () => {
    expect(namesOfPythonDict("{1: 'b', 0: 'a'}")).toEqual(['a', 'b']);
    expect(namesOfPythonDict("['a', 'b']")).toEqual(['a', 'b']);
  });

  it.each(['', 'person', '{}', "{0: 'a', 2: 'c'}", "{0: 'a'; 1: 'b'}", "{0: 'a"])('are not found in %j', (text) => {
    expect(namesOfPythonDict(text)).toBeNull();
  });
});
