import type { Span, Tracer } from "@opentelemetry/api";

type Attributes = Readonly<Record<string, string | number>>;

let tracer: Tracer | undefined;

/**
 * Switches tracing on where an OTLP endpoint is set; until then spans cost nothing and OpenTelemetry is not loaded. The SDK
 * that sends traces is the user's to install, since few need it and it is large. Says what kept tracing off.
 */
export async function startTracing(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!environment.OTEL_EXPORTER_OTLP_ENDPOINT) {
    return undefined;
  }
  const sdk = "@opentelemetry/sdk-node";
  try {
    const { NodeSDK } = (await import(sdk)) as { NodeSDK: new (options: object) => { start(): void } };
    new NodeSDK({ serviceName: "almanac" }).start();
  } catch {
    return `OTEL_EXPORTER_OTLP_ENDPOINT is set, but ${sdk} is not installed: npm install ${sdk}`;
  }
  const { trace } = await import("@opentelemetry/api");
  tracer = trace.getTracer("almanac");
  return undefined;
}

/** Does `work` inside a span, where tracing is on. */
export function withSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!tracer) {
    return work();
  }
  return tracer.startActiveSpan(name, { attributes }, async (span: Span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      throw error;
    } finally {
      span.end();
    }
  });
}
