/** The smallest pipeline: two steps, one parameter. `sluice run hello --who you`, then again: both are cached. */
import { pipeline, step } from 'sluice';
import { z } from 'zod';

class HelloSteps {
  @step() async greet(who: string): Promise<{ text: string }> {
    return { text: `Hello, ${who}!` };
  }

  @step() async measure(text: string): Promise<{ text: string; letters: number }> {
    return { text, letters: text.match(/\p{L}/gu)?.length ?? 0 };
  }
}

const HelloParams = z.object({
  who: z.string().min(1).default('world').describe('Whom to greet'),
});

@pipeline({ name: 'hello', description: 'Greets somebody and counts the letters.', params: HelloParams })
export class Hello {
  async run({ who }: z.output<typeof HelloParams>) {
    const steps = new HelloSteps();
    const greeting = await steps.greet(who);
    return steps.measure(greeting.text);
  }
}
