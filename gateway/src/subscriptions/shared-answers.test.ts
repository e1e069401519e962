import { describe, expect, it } from '@jest/globals';
import { sharedAnswers } from './shared-answers.ts';

const answerLater = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('shared answers', () => {
  it('are asked for once by all who ask before the asking has begun, and anew by who comes later', async () => {
    const shared = sharedAnswers<number>();
    let asked = 0;
    const ask = async () => {
      const mine = ++asked;
      await answerLater();
      return mine;
    };
    const answers = await Promise.all([1, 2, 3].map(() => shared('k', ask)));
    expect(answers).toEqual([1, 2, 2]);
    expect(await shared('k', ask)).toBe(3);
  });

  it('are asked for by so many at once, and the others wait', async () => {
    const shared = sharedAnswers<void>({ atOnce: 2 });
    let now = 0;
    let most = 0;
    const ask = async () => {
      most = Math.max(most, ++now);
      await answerLater();
      now -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => shared(`k${i}`, ask)));
    expect(most).toBe(2);
  });

  it('fail for those who asked, and for nobody after', async () => {
    const shared = sharedAnswers<string>();
    await expect(
      shared('k', async () => {
        throw new Error('away');
      }),
    ).rejects.toThrow('away');
    expect(await shared('k', async () => 'there')).toBe('there');
  });
});
