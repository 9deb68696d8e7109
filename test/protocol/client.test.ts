import { expect, test } from "vitest";
import { createClient } from "../../protocol/client.ts";

const run = `run_${"0".repeat(22)}`;

/** A daemon that answers every request for events with the next of these bodies, each a list of chunks. */
function daemonThatSends(...bodies: readonly (readonly string[])[]) {
  const asked: (string | null)[] = [];
  const client = createClient({
    url: "http://127.0.0.1:1",
    token: "t",
    fetch: async (_, request) => {
      asked.push(new Headers(request?.headers).get("last-event-id"));
      const chunks = bodies[asked.length - 1];
      if (chunks === undefined) return new Response(null, { status: 410 });
      return new Response(ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))));
    },
  });
  return { client, asked };
}

/** One stored event in the words of the daemon, its data on as many lines as `JSON.stringify` makes with `indent`. */
function block(sequence: number, { indent = 0, newline = "\n" } = {}): string {
  const event = { type: "run-state", state: "running", attempt: 1, reason: null };
  const stored = { sequence, run, time: "2026-01-01T00:00:00.000Z", event };
  const data = JSON.stringify(stored, undefined, indent).split("\n");
  return [`id: ${sequence}`, "event: run-state", ...data.map((line) => `data: ${line}`), "", ""].join(newline);
}

const end = "event: end\nid: 0\ndata: {}\n\n";

async function sequences(client: ReturnType<typeof createClient>, lastEventId?: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const event of client.runEvents({ params: { id: run } }, { lastEventId })) seen.push(event.sequence);
  return seen;
}

test.for([
  ["chunks that end inside a line", [block(1), block(2), end].join("").match(/[\s\S]{1,7}/g)!],
  ["comments between events", [": still here\n\n", block(1), ": still here\n\n", block(2), end]],
  ["lines that end as on Windows", [block(1, { newline: "\r\n" }), block(2, { newline: "\r\n" }), end]],
  ["data on several lines", [block(1, { indent: 2 }), block(2, { indent: 2 }), end]],
] as const)("events arrive whole and in order: %s", async ([, chunks]) => {
  const { client, asked } = daemonThatSends(chunks);
  expect(await sequences(client)).toEqual([1, 2]);
  expect(asked).toEqual([null]);
});

test("a connection that ends within an event is taken up after the last whole one", async () => {
  const { client, asked } = daemonThatSends([block(4), block(5), block(6).slice(0, 40)], [block(6), end]);
  expect(await sequences(client, 3)).toEqual([4, 5, 6]);
  expect(asked).toEqual(["3", "5"]);
});
