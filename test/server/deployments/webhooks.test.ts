import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventLog } from "../../../daemon/server/queue/event-log.ts";
import { Store } from "../../../daemon/server/store/store.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let home: string;
let server: Server;
let url: string;
let daemon: TestDaemon | undefined;
const received: { id: string; subject: string }[] = [];
const heardOne = new EventEmitter();
beforeEach(async () => {
  received.length = 0;
  home = mkdtempSync(join(tmpdir(), "almanac-webhooks-"));
  server = createServer(async (request, response) => {
    const { subject } = JSON.parse((await request.toArray()).join("")) as { subject: string };
    received.push({ id: String(request.headers["webhook-id"]), subject });
    heardOne.emit("heard");
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
});
afterEach(async () => {
  await daemon?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

async function untilHeard(count: number): Promise<void> {
  while (received.length < count) await once(heardOne, "heard");
}

const finished = { type: "run-finished", winner: "theta", score: 1, seconds: 1, directory: "/" } as const;
const hook = () => ({ body: { url, types: ["almanac.run-finished" as const], allowPrivate: true } });

test("what was written down by a daemon that was killed before it told its webhooks is told at the next start, once", async () => {
  daemon = await startTestDaemon({ home });
  await daemon.client.createWebhook(hook());
  const heard = (await daemon.run("plain")).id;
  await daemon.events(heard);
  await untilHeard(1);
  await daemon.close();

  const store = await Store.open({ home });
  const lost = store.forTenant("local");
  await new EventLog().append(lost, heard, finished);
  await store.close();

  daemon = await startTestDaemon({ home });
  await untilHeard(2);
  await daemon.close();
  // Whatever the next start tells again comes no later than what happens then.
  daemon = await startTestDaemon({ home });
  const { id: next } = await daemon.run("plain");
  await untilHeard(3);
  expect(received.map(({ subject }) => subject)).toEqual([heard, heard, next]);
  expect(new Set(received.map(({ id }) => id)).size).toBe(3);
});

test("a tenant's first webhook hears nothing of what was before it", async () => {
  daemon = await startTestDaemon({ home });
  await daemon.events((await daemon.run("plain")).id);
  await daemon.client.createWebhook(hook());
  await daemon.close();
  daemon = await startTestDaemon({ home });
  const { id } = await daemon.run("plain");
  await daemon.events(id);
  await untilHeard(1);
  expect(received.map(({ subject }) => subject)).toEqual([id]);
});
