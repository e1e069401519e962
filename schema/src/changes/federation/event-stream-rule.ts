import { type Judgement, kebabCase, type Rule } from './rule.ts';

/** What each argument means to whoever subscribes. */
const ARGUMENTS: Readonly<Record<string, (was: unknown, is: unknown) => Omit<Judgement, 'what'>>> = {
  stream: (was, is) => ({
    severity: 'dangerous',
    message: `takes its events from the stream ${is} instead of ${was}; who comes back with a cursor of the old one begins with the current state.`,
  }),
  subject: (was, is) => ({
    severity: 'dangerous',
    message: `listens to ${is} instead of ${was}; what is published under the old subject no longer arrives.`,
  }),
  value: (was, is) => ({
    severity: 'dangerous',
    message: `makes its value as ${is} instead of ${was}; the events have to carry what that names.`,
  }),
  current: (was, is) =>
    is === undefined
      ? { severity: 'breaking', message: 'no longer sends the current state first.' }
      : { severity: 'dangerous', message: `first sends ${is} instead of ${was ?? 'nothing'}.` },
  currentRequired: (_, is) =>
    is === true
      ? { severity: 'breaking', message: 'refuses whoever cannot see the current state.' }
      : {
          severity: 'dangerous',
          message:
            'no longer refuses whoever cannot see the current state: check that nobody hears of what is not theirs.',
        },
  audience: (_, is) =>
    is === 'PUBLIC'
      ? { severity: 'dangerous', message: 'is for everybody: check that its events hold nothing private.' }
      : { severity: 'breaking', message: 'is only for whoever is signed in.' },
};

/** Where a subscription's events come from: see docs/subscriptions.md. */
export const eventStream: Rule = ({ subgraph, element: { coordinate }, old: [old], now: [now] }) => {
  const subject = `${coordinate} of ${subgraph}`;
  if (!old)
    return [{ what: 'added', severity: 'safe', message: `${subject} is served from the stream ${now?.args.stream}.` }];
  if (!now)
    return [{ what: 'removed', severity: 'breaking', message: `${subject} is no longer served from a stream.` }];
  return Object.entries(ARGUMENTS).flatMap(([name, judge]) => {
    const [was, is] = [argumentOf(name, old.args), argumentOf(name, now.args)];
    if (was === is) return [];
    const { severity, message } = judge(was, is);
    return [{ what: `${kebabCase(name)}-changed`, severity, message: `${subject} ${message}` }];
  });
};

const DEFAULTS: Readonly<Record<string, unknown>> = { audience: 'VIEWER', currentRequired: false };

function argumentOf(name: string, args: Readonly<Record<string, unknown>>): unknown {
  return args[name] ?? DEFAULTS[name];
}
