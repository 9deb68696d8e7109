import type { Attributes, Context, Span, Tracer, TracerProvider } from "@opentelemetry/api";
import { version } from "./version.ts";

/** Spans that wait to be sent at most; further ones are dropped, so that a receiver that is away costs little. */
const LONGEST_QUEUE = 20_000;

/** What is used of the packages below: they are loaded where traces are sent, and nowhere else. */
interface Sdk {
  readonly TracerProvider: new (options: object) => TracerProvider & { shutdown(): Promise<void> };
  readonly BatchSpanProcessor: new (options: object) => object;
}
interface Exporter {
  readonly OTLPTraceExporter: new () => object;
}
interface Resources {
  readonly resourceFromAttributes: (attributes: Attributes) => object;
}

interface Tracing {
  readonly tracer: Tracer;
  /** A context whose spans are children of `parent`. */
  readonly below: (parent: Span) => Context;
  readonly stop: () => Promise<void>;
}

let tracing: Tracing | undefined;

/**
 * Switches tracing on where an OTLP endpoint is set; until then spans cost nothing and OpenTelemetry is not loaded. Where
 * and how traces are sent is said by OpenTelemetry's own variables. Returns what kept tracing off.
 */
export async function startTracing(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!environment.OTEL_EXPORTER_OTLP_ENDPOINT && !environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return undefined;
  const [sdk, exporting, resources] = ["sdk-trace", "exporter-trace-otlp-http", "resources"];
  try {
    const [{ TracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }, api] =
      (await Promise.all([
        import(`@opentelemetry/${sdk}`),
        import(`@opentelemetry/${exporting}`),
        import(`@opentelemetry/${resources}`),
        import("@opentelemetry/api"),
      ])) as [Sdk, Exporter, Resources, typeof import("@opentelemetry/api")];
    const name = environment.OTEL_SERVICE_NAME ?? "almanac";
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": name, "service.version": version }),
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: LONGEST_QUEUE })],
    });
    tracing = {
      tracer: provider.getTracer("almanac", version),
      below: (parent) => api.trace.setSpan(api.ROOT_CONTEXT, parent),
      stop: () => provider.shutdown(),
    };
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
