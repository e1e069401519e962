import { type Context, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

const tracer = () => trace.getTracer('shopgraph');

/**
 * Turns tracing on for this process: spans nest across awaits and travel in W3C `traceparent` headers. Where spans
 * are sent is up to the processors; without any they only give log lines their trace ids.
 */
export function startTracing(processors: SpanProcessor[] = []): { close(): Promise<void> } {
  const provider = new NodeTracerProvider({ spanProcessors: processors });
  provider.register();
  return { close: () => provider.shutdown() };
}

/** Runs `work` in a span of its own, a child of the current one; a throw marks the span as failed. */
export function withSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
  return run(name, context.active(), SpanKind.INTERNAL, work);
}

/** Runs `work` as a part of the trace that `traceparent` names; without one, or with a malformed one, starts a trace. */
export function continueTrace<T>(traceparent: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
  return run(name, parentOf(traceparent), SpanKind.SERVER, work);
}

/** A span whose end is not the end of one function, such as a request: everything started in `run` belongs to it. */
export function openSpan(traceparent: string | undefined, name: string): { run(work: () => void): void; end(): void } {
  const parent = parentOf(traceparent);
  const span = tracer().startSpan(name, { kind: SpanKind.SERVER }, parent);
  return { run: (work) => context.with(trace.setSpan(parent, span), work), end: () => span.end() };
}

function parentOf(traceparent: string | undefined): Context {
  return traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();
}

function run<T>(name: string, parent: Context, kind: SpanKind, work: () => Promise<T>): Promise<T> {
  return tracer().startActiveSpan(name, { kind }, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The W3C `traceparent` of the running span, to be carried to whoever is called next. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** The ids of the span under way, for log lines; undefined outside of one. */
export function currentTrace(): { traceId: string; spanId: string } | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span && { traceId: span.traceId, spanId: span.spanId };
}

/** The id an operator finds the log lines of this request by. */
export function currentTraceId(): string | undefined {
  return currentTrace()?.traceId;
}
