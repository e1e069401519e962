import { searchQueryOf, searchTermsOf } from './search-terms.ts';

describe('searchTermsOf', () => {
  it('marks every word, so that none is too short or a stop word', () => {
    expect(searchTermsOf('The TV', null)).toBe('qzthe qztv');
  });

  it('finds a Korean word by any part of it', () => {
    expect(searchTermsOf('무선이어폰').split(' ')).toEqual([
      'qz무선이어폰',
      'qz선이어폰',
      'qz이어폰',
      'qz어폰',
      'qz폰',
    ]);
  });

  it('begins a new start only at letters of a joined script', () => {
    expect(searchTermsOf('USB케이블').split(' ')).toEqual(['qzusb케이블', 'qz케이블', 'qz이블', 'qz블']);
  });

  it('does not care for case, accents or full-width letters', () => {
    expect(searchTermsOf('Café ＬＥＤ')).toBe(searchTermsOf('cafe led'));
  });

  it('names each term once', () => expect(searchTermsOf('tea tea', 'Tea')).toBe('qztea'));
});

describe('searchQueryOf', () => {
  it('asks for all words, each by its beginning', () => expect(searchQueryOf('blue TV')).toBe('+qzblue* +qztv*'));

  it('knows no operators', () => expect(searchQueryOf('+tea -"green* (@1')).toBe('+qztea* +qzgreen* +qz1*'));

  it.each(['', '   ', '*', '"+-~<>()@'])('has nothing to ask for in %p', (text) =>
    expect(searchQueryOf(text)).toBeNull(),
  );

  it('is bounded', () => {
    expect(searchQueryOf('a '.repeat(1_000))?.split(' ')).toHaveLength(10);
    expect(searchQueryOf('x'.repeat(1_000))).toBe(`+qz${'x'.repeat(40)}*`);
  });
});
