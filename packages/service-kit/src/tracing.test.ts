import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { continueTrace, currentTraceId, currentTraceparent, openSpan, startTracing, withSpan } from './tracing.ts';

const tracing = startTracing();
afterAll(() => tracing.close());

const INCOMING = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('goes on with the trace of the caller and hands it to the next', async () => {
  await continueTrace(INCOMING, 'handle', async () => {
    await new Promise(setImmediate);
    expect(currentTraceId()).toBe('0af7651916cd43dd8448eb211c80319c');
    await withSpan('inner', async () => {
      expect(currentTraceparent()).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    });
  });
  expect(currentTraceId()).toBeUndefined();
});

it.each([undefined, 'rubbish'])('starts a trace of its own for %p', async (traceparent) => {
  await continueTrace(traceparent, 'handle', async () => expect(currentTraceId()).toMatch(/^[0-9a-f]{32}$/));
});

it('keeps what a span started in its trace', async () => {
  const span = openSpan(INCOMING, 'request');
  const seen = await new Promise((resolve) => span.run(() => setImmediate(() => resolve(currentTraceId()))));
  span.end();
  expect(seen).toBe('0af7651916cd43dd8448eb211c80319c');
});

it('tells of spans whoever wants to know', async () => {
  const exporter = new InMemorySpanExporter();
  const told = startTracing([new SimpleSpanProcessor(exporter)]);
  await continueTrace(INCOMING, 'handle', () => withSpan('inner', async () => undefined));
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['inner', 'handle']);
  expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId))).toEqual(
    new Set(['0af7651916cd43dd8448eb211c80319c']),
  );
  await told.close();
});
