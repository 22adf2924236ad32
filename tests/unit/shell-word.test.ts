import { expect, it } from 'vitest';
import { shellWord } from '../../framework/shell-word.ts';

it.each([
  ['train-yolo', 'train-yolo'],
  ['status:lost', 'status:lost'],
  ['metrics.mAP50>0.5 tag:x', "'metrics.mAP50>0.5 tag:x'"],
  ["it's $(here)", "'it'\\''s $(here)'"],
  ['', "''"],
])('what is copied into a shell stays one word: %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
