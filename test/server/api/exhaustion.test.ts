import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Store } from "../../../daemon/server/store/store.ts";
import { sha256 } from "../../../daemon/training/files/digest.ts";
import { blockBytes } from "../../../protocol/api/remote-runs.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let subject: TestDaemon;
let port: number;
const open: Socket[] = [];
beforeAll(async () => {
  subject = await startTestDaemon();
  port = Number(new URL(subject.daemon.url).port);
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await subject.close();
});

/** A connection that sends `text` and nothing more. */
function sending(text: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(text);
  open.push(socket);
  return socket;
}

/** The status line a connection is answered with. */
async function statusOf(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return chunk.toString().split("\r\n", 1)[0]!;
}

const isAlive = async () => (await fetch(`${subject.daemon.url}/api/v1/health`)).status === 200;
const head = (more: string) => `POST /api/v1/runs HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${more}\r\n`;
const authorized = () => `authorization: Bearer ${subject.daemon.token}\r\ncontent-type: application/json\r\n`;

test("callers that never finish their headers or their body keep nobody else out", async () => {
  for (let caller = 0; caller < 150; caller++) sending(head("x-slow: ").slice(0, -1 - (caller % 8)));
  for (let caller = 0; caller < 150; caller++) sending(head(`${authorized()}content-length: 100\r\n`));
  expect(await isAlive()).toBe(true);
  expect((await subject.client.listRuns()).items).toEqual([]);
});

test("nobody unknown gets to send a body", async () => {
  const socket = sending(head("content-type: application/json\r\ncontent-length: 1000000000\r\n"));
  expect(await statusOf(socket)).toBe("HTTP/1.1 401 Unauthorized");
});

test.each([
  ["one header of a megabyte", `x: ${"a".repeat(2 ** 20)}\r\n`, "431 Request Header Fields Too Large"],
  ["ten thousand headers", "x: y\r\n".repeat(10_000), "431 Request Header Fields Too Large"],
  ["two lengths", "content-length: 1\r\ncontent-length: 2\r\n", "400 Bad Request"],
  ["a length and chunks", "content-length: 1\r\ntransfer-encoding: chunked\r\n", "400 Bad Request"],
  ["two hosts", "host: evil.example\r\n", "403 Forbidden"],
])("%s: refused", async (_, headers, status) => {
  expect(await statusOf(sending(head(headers)))).toBe(`HTTP/1.1 ${status}`);
  expect(await isAlive()).toBe(true);
});

test("a request without Host, as older clients send it, is refused", async () => {
  expect(await statusOf(sending("GET /api/v1/health HTTP/1.0\r\n\r\n"))).toBe("HTTP/1.1 403 Forbidden");
});

test("event streams are limited in number, and a closed one makes room", async () => {
  const request = `GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${authorized()}\r\n`;
  const streams = Array.from({ length: 500 }, () => sending(request));
  for (const status of await Promise.all(streams.map(statusOf))) expect(status).toBe("HTTP/1.1 200 OK");
  expect(await statusOf(sending(request))).toBe("HTTP/1.1 429 Too Many Requests");
  expect((await subject.client.listRuns()).items).toEqual([]);
  for (const stream of streams) stream.destroy();
  let status = "";
  while (status !== "HTTP/1.1 200 OK") status = await statusOf(sending(request));
});

const many = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join("");

test.each([
  ["brackets without end", "[".repeat(900_000)],
  ["braces without end", "{a: ".repeat(15_000)],
  ["a million characters", "a: b\n".repeat(199_000)],
  ["deep nesting, closed", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
  ["many unknown keys", many(5_000, (index) => `key${index}: 1\n`)],
  ["one key many times", "a: 1\n".repeat(12_000)],
  ["merges of merges", `a: &a {x: 1}\n${many(1_500, (index) => `k${index}: {<<: *a}\n`)}`],
  ["an alias of itself", "a: &a [*a, *a]\n"],
  ["quotes without end", '"'.repeat(60_000)],
  ["tags", "!a ".repeat(20_000)],
  ["a code tag", "a: !!js/function 'function () { process.exit() }'\n"],
])("an experiment made of %s is refused", async (_, text) => {
  const path = subject.experiment("bomb");
  await expect(subject.client.createRun({ body: { path, text } })).rejects.toMatchObject({ status: 422 });
  expect(await isAlive()).toBe(true);
});

test("a small request cannot become a file without end: blocks repeated, or sizes that do not fit", async () => {
  const block = new Uint8Array(blockBytes);
  const digest = sha256(block);
  await subject.client.putBlock({ params: { digest }, body: block });
  const blocks = new Array<string>(200_000).fill(digest);
  const attempt = (size: number) =>
    subject.client.createSnapshot({
      body: { name: "x", text: "a", region: null, files: [{ name: "a.csv", size, blocks }] },
    });
  await expect(attempt(5)).rejects.toMatchObject({ status: 422, details: { code: "wrong-size" } });
  await expect(attempt(200_000 * blockBytes)).rejects.toMatchObject({ status: 507, details: { code: "disk-full" } });
  for (const name of ["CON", "nul.csv", "Lpt1.csv", "../a.csv", "a/b.csv", "a\\b.csv", ".hidden", "a:b.csv"]) {
    const files = [{ name, size: 0, blocks: [] }];
    const named = subject.client.createSnapshot({ body: { name: "x", text: "a", region: null, files } });
    await expect(named, name).rejects.toMatchObject({ status: 400 });
  }
});

test("a request whose daemon died before it answered finds, when repeated, the run it had queued", async () => {
  const path = subject.experiment("plain");
  const { id } = await subject.run("plain");
  await subject.events(id);
  const body = { path, options: {}, priority: 0 };
  const request = sha256(`POST /api/v1/runs\n${JSON.stringify(body)}`);
  const store = await Store.open({ home: subject.home });
  const row = { key: "again", request, status: null, response: { reserved: id }, createdAt: Date.now() };
  await store.forTenant("local").idempotencyKeys.insert(row);
  await store.close();
  for (let attempt = 0; attempt < 2; attempt++) {
    expect((await subject.client.createRun({ body: { path } }, { idempotencyKey: "again" })).id).toBe(id);
  }
});
