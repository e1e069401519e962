// MySQL's full-text index drops words of one or two letters and words like "the", whatever the shop sells. Our own prefix
// makes every term three characters long and nobody's stop word, on any server and without settings of its own.
const MARK = 'qz';
const LONGEST_WORD = 40;
/** A suffix per letter: more letters than this in one word are no word of a language without spaces. */
const LONGEST_RUN = 20;
const MOST_WORDS = 10;

// Written without spaces, or with particles and compounds joined: what is looked for may begin anywhere in a word.
const JOINED_SCRIPT = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The terms a text is found by: its words, and for Korean, Chinese and Japanese also what begins inside a word. */
export function searchTermsOf(...texts: (string | null)[]): string {
  const terms = new Set<string>();
  for (const word of texts.flatMap((text) => wordsOf(text ?? ''))) {
    for (const start of startsOf(word)) terms.add(MARK + start);
  }
  return [...terms].join(' ');
}

/**
 * What a full-text index is asked for in boolean mode: all words, each as the beginning of a term. Operators of the
 * person who searches (`+ - * " ( )`) are no letters and vanish. Null when there is no word in it.
 */
export function searchQueryOf(text: string): string | null {
  const words = wordsOf(text).slice(0, MOST_WORDS);
  if (words.length === 0) return null;
  return words.map((word) => `+${MARK}${word}*`).join(' ');
}

function wordsOf(text: string): string[] {
  // Full-width forms and accents are ways of writing, and so is case; Hangul is put together again.
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => [...word].slice(0, LONGEST_WORD).join(''));
}

function startsOf(word: string): string[] {
  const letters = [...word];
  const starts = letters
    .slice(0, LONGEST_RUN)
    .flatMap((letter, at) => (at > 0 && JOINED_SCRIPT.test(letter) ? [at] : []));
  return [word, ...starts.map((at) => letters.slice(at).join(''))];
}
