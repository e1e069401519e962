import { randomBytes } from 'node:crypto';
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** Null where nobody is told of spans. */
let recorder: Tracer | null = null;

/**
 * Turns tracing on for this process: spans nest across awaits and travel in W3C `traceparent` headers. Where spans
 * are sent is up to the processors; without any they are no more than the ids in headers and log lines.
 */
export function startTracing(processors: SpanProcessor[] = []): { close(): Promise<void> } {
  const provider = new NodeTracerProvider({ spanProcessors: processors });
  recorder = processors.length > 0 ? provider.getTracer('shopgraph') : null;
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
  const span = startSpan(name, SpanKind.SERVER, parent);
  return { run: (work) => context.with(trace.setSpan(parent, span), work), end: () => span.end() };
}

/** Each request and message has one, and what nobody is told of need not be measured. */
function startSpan(name: string, kind: SpanKind, parent: Context): Span {
  if (recorder) return recorder.startSpan(name, { kind }, parent);
  const before = trace.getSpanContext(parent);
  return trace.wrapSpanContext({
    traceId: before?.traceId ?? randomHex(32),
    spanId: randomHex(16),
    traceFlags: before?.traceFlags ?? TraceFlags.SAMPLED,
  });
}

let unused = '';

/** Asking the system for each id alone would cost more than all the rest of a span. */
function randomHex(length: number): string {
  if (unused.length < length) unused = randomBytes(4_096).toString('hex');
  const hex = unused.slice(0, length);
  unused = unused.slice(length);
  return hex;
}

function parentOf(traceparent: string | undefined): Context {
  return traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();
}

function run<T>(name: string, parent: Context, kind: SpanKind, work: () => Promise<T>): Promise<T> {
  const span = startSpan(name, kind, parent);
  return context.with(trace.setSpan(parent, span), async () => {
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
  const span = trace.getActiveSpan()?.spanContext();
  return span && `00-${span.traceId}-${span.spanId}-0${span.traceFlags}`;
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
