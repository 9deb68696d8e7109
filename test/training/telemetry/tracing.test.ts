import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { startTestDaemon } from "../../server/test-daemon.ts";

const valueSchema = z.looseObject({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() });
const attributesSchema = z.array(z.object({ key: z.string(), value: valueSchema }));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  name: z.string(),
  parentSpanId: z.string().optional(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: attributesSchema,
});
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});
type Received = z.output<typeof bodySchema>["resourceSpans"][number];
type Span = z.output<typeof spanSchema>;

let receiver: Server;
let received: Received[];

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await Array.fromAsync(request)).toString();
}

beforeEach(async () => {
  received = [];
  receiver = createServer(async (request, response) => {
    if (request.url === "/v1/traces")
      received.push(...bodySchema.parse(JSON.parse(await textOf(request))).resourceSpans);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(() => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  receiver.close();
});

function attribute(span: Pick<Span, "attributes">, name: string): string | number | undefined {
  const value = span.attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
}

test("a run's trace holds its tasks and their epochs, and reaches an OTLP endpoint", async () => {
  const daemon = await startTestDaemon();
  const { id } = await daemon.run("training");
  await daemon.events(id);
  await daemon.close();
  const spans = received.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const named = (name: string) => spans.filter((span) => span.name === name);
  expect(attribute(received[0]!.resource, "service.name")).toBe("almanac");
  const [run] = named("run");
  expect(attribute(run!, "almanac.run")).toBe(id);
  expect(attribute(run!, "almanac.state")).toBe("finished");
  const tasks = named("task");
  expect(tasks).toHaveLength(12);
  for (const task of tasks) expect([task.traceId, task.parentSpanId]).toEqual([run!.traceId, run!.spanId]);
  const first = tasks.find((task) => attribute(task, "almanac.candidate") === "naive")!;
  const epochs = named("epoch").filter(({ parentSpanId }) => parentSpanId === first.spanId);
  expect(epochs.map((epoch) => attribute(epoch, "almanac.epoch"))).toEqual([1, 2]);
  for (const { startTimeUnixNano, endTimeUnixNano } of epochs) {
    expect(endTimeUnixNano >= startTimeUnixNano).toBe(true);
  }
  expect(spans.some(({ name }) => name === "POST /api/v1/runs")).toBe(true);
});
