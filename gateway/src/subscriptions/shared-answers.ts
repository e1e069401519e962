/** Asks once for all that ask the same before the asking has begun. */
export type SharedAnswers<T> = (key: string, ask: () => Promise<T>) => Promise<T>;

interface Question<T> {
  answer: Promise<T>;
  begin(): Promise<void>;
}

/**
 * A crowd that comes back at once asks the same questions. Nobody gets an answer to a question that was asked before
 * theirs: who comes while one is being answered waits for the next.
 */
export function sharedAnswers<T>({ atOnce = Number.POSITIVE_INFINITY } = {}): SharedAnswers<T> {
  const waiting = new Map<string, Question<T>>();
  const asking = new Set<string>();

  function askNext(): void {
    for (const [key, question] of waiting) {
      if (asking.size >= atOnce) return;
      if (asking.has(key)) continue;
      waiting.delete(key);
      asking.add(key);
      void question.begin().finally(() => {
        asking.delete(key);
        askNext();
      });
    }
  }

  return (key, ask) => {
    const question = waiting.get(key) ?? questionOf(ask);
    waiting.set(key, question);
    askNext();
    return question.answer;
  };
}

function questionOf<T>(ask: () => Promise<T>): Question<T> {
  let begin: Question<T>['begin'] = async () => {};
  const answer = new Promise<T>((resolve, reject) => {
    begin = () => ask().then(resolve, reject);
  });
  return { answer, begin: () => begin() };
}
