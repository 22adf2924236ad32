import { StringDecoder } from 'node:string_decoder';
import { sluiceError } from '../../errors.ts';

/**
 * One line typed at the terminal, without echo; Backspace works.
 * @throws ERR_CANCELLED for Ctrl-C and Ctrl-D.
 */
export function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  const decoder = new StringDecoder('utf8');
  return new Promise((answer, refuse) => {
    let typed: string[] = [];
    const end = (): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    function take(chunk: Buffer): void {
      for (const key of decoder.write(chunk)) {
        if (key === '\r' || key === '\n') {
          end();
          return answer(typed.join(''));
        }
        if (key === '\u0003' || key === '\u0004') {
          end();
          return refuse(sluiceError('ERR_CANCELLED', { what: 'The question' }));
        }
        if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else typed.push(key);
      }
    }
    stdin.on('data', take);
    stdin.resume();
  });
}
