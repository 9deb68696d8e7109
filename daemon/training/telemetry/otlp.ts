import { type Context, ROOT_CONTEXT, type Span, type Tracer, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { version } from "./version.ts";

/** Spans that wait to be sent at most; further ones are dropped, so that a receiver that is away costs little. */
const LONGEST_QUEUE = 20_000;

/** Tracing that is switched on. */
export interface Tracing {
  readonly tracer: Tracer;
  /** A context whose spans are children of `parent`. */
  readonly below: (parent: Span) => Context;
  /** Sends the spans that wait and ends. */
  readonly stop: () => Promise<void>;
}

/** Sends spans to the OTLP endpoint that OpenTelemetry's own variables name, under the name of a service. */
export function sendTraces(service: string): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service, "service.version": version }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: LONGEST_QUEUE })],
  });
  return {
    tracer: provider.getTracer("almanac", version),
    below: (parent) => trace.setSpan(ROOT_CONTEXT, parent),
    stop: () => provider.shutdown(),
  };
}
