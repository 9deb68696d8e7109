import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AlreadyServedError } from "../../../daemon/server/serve.ts";
import { hold, release } from "../fixtures/orders.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let home: string;
const open: TestDaemon[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-life-"));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const daemon of open.splice(0)) await daemon.close();
  rmSync(home, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startTestDaemon>[0] = {}): Promise<TestDaemon> {
  const daemon = await startTestDaemon({ home, ...options });
  open.push(daemon);
  return daemon;
}

test("a data folder has one daemon: the second is told where the first answers", async () => {
  const first = await start();
  const second = await startTestDaemon({ home }).catch((error: unknown) => error);
  expect(second).toBeInstanceOf(AlreadyServedError);
  expect((second as AlreadyServedError).running).toMatchObject({ url: first.daemon.url, pid: process.pid });
});

test("a stopped daemon leaves no token, no lock, and every start has a token of its own", async () => {
  const first = await start();
  const { token, tokenFile, url } = first.daemon;
  expect(readFileSync(tokenFile, "utf8")).toBe(token);
  await first.daemon.stop();
  expect(existsSync(tokenFile)).toBe(false);
  await expect(fetch(`${url}/api/v1/health`)).rejects.toThrow();
  const second = await start();
  expect(second.daemon.token).not.toBe(token);
});

test("a run that was under way when the daemon stopped goes on at the next start", async () => {
  const first = await start();
  hold(home, 2);
  const { id } = await first.run("plain");
  let finished = 0;
  for await (const { event } of first.client.runEvents({ params: { id } })) {
    if (event.type === "task-finished" && ++finished === 2) break;
  }
  await first.daemon.stop();
  release(home);
  const second = await start();
  const events = await second.events(id);
  expect(events.at(-1)!.event).toMatchObject({ type: "run-state", state: "finished", attempt: 2 });
  expect(events.filter(({ event }) => event.type === "task-finished" && !event.cached)).toHaveLength(12);
});

test("a listener that loses the daemon goes on where it was, once it is back", async () => {
  const first = await start();
  hold(home, 2);
  const { id } = await first.run("plain");
  const seen: number[] = [];
  const { client } = first;
  for await (const { sequence, event } of client.runEvents({ params: { id } })) {
    seen.push(sequence);
    if (event.type === "task-finished" && event.task === 1) break;
  }
  await first.daemon.stop();
  release(home);
  const second = await start();
  for await (const { sequence } of second.client.runEvents({ params: { id } }, { lastEventId: seen.at(-1)! })) {
    seen.push(sequence);
  }
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  const all = await second.events(id);
  expect(seen).toEqual(all.map(({ sequence }) => sequence));
});

test("nobody needs it: without lease, run or request it ends by itself; a lease keeps it", async () => {
  // The daemon's clock and the timer with which it looks whether it is needed.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const { client, daemon } = await start({ idleExit: 2 });
  const lease = await client.createLease({ body: { client: "editor" } });
  await vi.advanceTimersByTimeAsync(30_000);
  expect((await client.renewLease({ params: { id: lease.id } })).id).toBe(lease.id);
  await vi.advanceTimersByTimeAsync(30_000);
  expect((await client.getInfo()).leases).toBe(1);
  await client.endLease({ params: { id: lease.id } });
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(client.renewLease({ params: { id: lease.id } })).rejects.toMatchObject({ status: 404 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await client.getInfo()).leases).toBe(0);
  await vi.advanceTimersByTimeAsync(3_000);
  await daemon.stopped;
});

test("a daemon that drains takes no more runs, says so, and stops once those under way have ended", async () => {
  const first = await start({ concurrency: 1 });
  hold(home, 1);
  const { id } = await first.run("plain");
  const { id: later } = await first.run("plain");
  for await (const { event } of first.client.runEvents({ params: { id } })) if (event.type === "task-finished") break;
  expect(await first.client.drain()).toEqual({ running: 1 });
  await expect(first.client.getReadiness()).rejects.toMatchObject({ status: 503, details: { code: "draining" } });
  release(home);
  await first.daemon.stopped;
  const second = await start();
  const drained = await second.client.getRun({ params: { id } });
  expect(drained).toMatchObject({ state: "finished", attempt: 1 });
  await second.events(later);
  expect(await second.client.getRun({ params: { id: later } })).toMatchObject({ state: "finished", attempt: 1 });
});

test("a client may ask it to stop", async () => {
  const { client, daemon } = await start();
  await client.stop();
  await daemon.stopped;
});
