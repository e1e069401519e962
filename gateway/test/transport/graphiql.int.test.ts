import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { type Library, startLibrary } from '../library/start-library.ts';
import { findBrowser, openPage } from './browser.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary({ QUERY_PLAN_IN_ANSWER: 'asked' });
});
afterAll(() => library.close());

const QUERY = '{ books { title rating } }';

async function ask(body: unknown, url = library.gateway.url) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
}

it('a plan is told to whoever asks, where that is allowed', async () => {
  const answer = await ask({ query: QUERY, extensions: { queryPlan: true } });
  expect(answer.data.books).toHaveLength(3);
  const { queryPlan } = answer.extensions;
  expect(queryPlan).toMatchObject({ kind: 'QueryPlan', plannedBy: expect.stringMatching(/hive|apollo/) });
  expect(JSON.stringify(queryPlan)).toMatch(/"serviceName":"books".*"serviceName":"reviews"/);
  expect(JSON.stringify(queryPlan)).toContain('books {\\n');
  expect((await ask({ query: QUERY })).extensions).toBeUndefined();
});

it('a plan is told to nobody unless set', async () => {
  const other = await startLibrary();
  expect((await ask({ query: QUERY, extensions: { queryPlan: true } }, other.gateway.url)).extensions).toBeUndefined();
  const page = await (await fetch(other.gateway.url, { headers: { accept: 'text/html' } })).text();
  expect(page).not.toContain('query-plan-panel');
  await other.close();
});

const browser = findBrowser();
const inABrowser = browser === null ? it.skip : it;

inABrowser(
  `in a browser${browser === null ? ' (there is none on PATH)' : ''} GraphiQL runs operations and shows their plans`,
  async () => {
    const page = await openPage(browser ?? '');
    try {
      await page.open(`${library.gateway.url}?query=${encodeURIComponent(QUERY)}`);
      await eventually(async () =>
        expect(await page.evaluate('document.querySelector(".graphiql-execute-button") !== null')).toBe(true),
      );
      await page.evaluate('document.querySelector(".query-plan-button").click()');
      await page.evaluate('document.querySelector(".graphiql-execute-button").click()');
      await eventually(async () => {
        expect(await page.evaluate('document.querySelector(".query-plan").innerText')).toMatch(
          /Fetch books[\s\S]*Fetch reviews/,
        );
        expect(await page.evaluate('document.querySelector(".result-window").innerText')).toContain('Emma');
      });
      expect(await page.evaluate('document.querySelector(".result-window").innerText')).not.toContain('queryPlan');
    } finally {
      await page.close();
    }
  },
);
