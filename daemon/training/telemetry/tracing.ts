import type { Attributes, Span } from "@opentelemetry/api";
import type { Tracing } from "./otlp.ts";

let tracing: Tracing | undefined;

/**
 * Switches tracing on where an OTLP endpoint is set; until then spans cost nothing and OpenTelemetry is not loaded. Where
 * and how traces are sent is said by OpenTelemetry's own variables. Returns what kept tracing off.
 */
export async function startTracing(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!environment.OTEL_EXPORTER_OTLP_ENDPOINT && !environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return undefined;
  try {
    const { sendTraces } = await import("./otlp.ts");
    tracing = sendTraces(environment.OTEL_SERVICE_NAME ?? "almanac");
    return undefined;
  } catch (error) {
    return `OTEL_EXPORTER_OTLP_ENDPOINT is set, but traces cannot be sent: ${String(error)}`;
  }
}

/** Sends what waits and switches tracing off. */
export async function stopTracing(): Promise<void> {
  const { stop } = tracing ?? {};
  tracing = undefined;
  await stop?.().catch(() => undefined);
}

/** Begins a span, where tracing is on; without a parent it begins a trace. `startTime` in milliseconds since 1970. */
export function beginSpan(
  name: string,
  attributes: Attributes,
  { parent, startTime }: { parent?: Span | undefined; startTime?: number } = {},
): Span | undefined {
  const options = { attributes, ...(startTime === undefined ? {} : { startTime }) };
  return tracing?.tracer.startSpan(name, options, ...(parent ? [tracing.below(parent)] : []));
}

/** `SpanStatusCode.ERROR`: the API is loaded only where traces are sent. */
const ERROR = 2;

/** Marks a span as failed. */
export function failSpan(span: Span | undefined, message: string): void {
  span?.setStatus({ code: ERROR, message });
}

/** Does `work` inside a span of its own, where tracing is on. */
export async function withSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const span = beginSpan(name, attributes);
  try {
    return await work();
  } catch (error) {
    failSpan(span, error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    span?.end();
  }
}
