import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventLog } from "../../../daemon/server/queue/event-log.ts";
import { type RunExecutor, RunQueue } from "../../../daemon/server/queue/queue.ts";
import { newId } from "../../../daemon/server/store/ids.ts";
import { Store } from "../../../daemon/server/store/store.ts";
import { isDiskFull, type Pause, persist } from "../../../daemon/training/files/persist.ts";
import { runRow } from "../store/rows.ts";

let home: string;
let store: Store;
let queue: RunQueue | undefined;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "almanac-queue-"));
  store = await Store.open({ home });
});
afterEach(async () => {
  await queue?.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

function queueWith(execute: RunExecutor, concurrency = 1, pause: Pause = async () => {}): RunQueue {
  queue = new RunQueue({ store, log: new EventLog(), execute, concurrency, workers: 1, owner: "this", pause });
  return queue;
}

async function fill(tenant: string, names: readonly string[], priority = 0): Promise<string[]> {
  const scoped = await store.createTenant(tenant);
  const ids: string[] = [];
  for (const name of names) {
    const id = newId("run");
    await scoped.runs.insert(runRow(id, { experiment: name, path: `/${name}`, priority }));
    ids.push(id);
  }
  return ids;
}

/** Starts a queue that notes in which order runs were taken, and resolves when all were. */
async function takenInOrder(count: number, concurrency = 1): Promise<string[]> {
  const taken: string[] = [];
  const done = Promise.withResolvers<void>();
  const execute: RunExecutor = async (job) => {
    taken.push(job.path.slice(1));
    if (taken.length === count) done.resolve();
    return { state: "finished", record: {} };
  };
  await queueWith(execute, concurrency).start();
  await done.promise;
  return taken;
}

test("runs of higher priority first, then in the order they came", async () => {
  await fill("a", ["first", "second"]);
  await fill("a", ["urgent"], 5);
  await fill("a", ["later"], -5);
  expect(await takenInOrder(4)).toEqual(["urgent", "first", "second", "later"]);
});

test("tenants take turns, however much one of them queues", async () => {
  await fill("a", ["a1", "a2", "a3", "a4", "a5", "a6"]);
  await fill("b", ["b1", "b2"]);
  await fill("c", ["c1"]);
  const taken = await takenInOrder(9);
  expect([...taken.slice(0, 3)].sort()).toEqual(["a1", "b1", "c1"]);
  expect([...taken.slice(3, 5)].sort()).toEqual(["a2", "b2"]);
});

test("never more at once than places, and every place used", async () => {
  await fill(
    "a",
    Array.from({ length: 12 }, (_, index) => `r${index}`),
  );
  // How to end each run that is under way.
  const running: (() => void)[] = [];
  let most = 0;
  let begun = 0;
  const beginning = new EventEmitter();
  const execute: RunExecutor = async (_job, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    most = Math.max(most, running.push(resolve));
    begun++;
    beginning.emit("begun");
    signal.addEventListener("abort", () => resolve());
    await promise;
    return { state: "finished", record: {} };
  };
  await queueWith(execute, 3).start();
  while (begun < 12) {
    while (running.length < 3) await once(beginning, "begun");
    // A queue that takes more than it has places for has done so after these looks at the database.
    for (let look = 0; look < 20; look++) await store.tenants();
    running.shift()!();
  }
  for (const end of running) end();
  await queue!.drain();
  expect(most).toBe(3);
});

test("takes over what another owner abandoned, and leaves alone what still shows signs of life", async () => {
  const [dead, alive] = await fill("a", ["dead", "alive"]);
  const runs = store.forTenant("a").runs;
  const now = Date.now();
  await runs.update({ id: dead! }, { state: "running", owner: "other", heartbeatAt: now - 120_000 });
  await runs.update({ id: alive! }, { state: "running", owner: "other", heartbeatAt: now });
  const taken = Promise.withResolvers<string>();
  const execute: RunExecutor = async (job) => {
    taken.resolve(job.path);
    return { state: "finished", record: {} };
  };
  const taking = queueWith(execute);
  await taking.start();
  await taking.takeOver(now);
  expect(await taken.promise).toBe("/dead");
  await taking.close();
  expect((await runs.get({ id: alive! }))?.state).toBe("running");
});

test("a wish to cancel that another process wrote is heard", async () => {
  const [id] = await fill("a", ["long"]);
  const runs = store.forTenant("a").runs;
  const begun = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const execute: RunExecutor = (_job, signal) =>
    new Promise((resolve) => {
      begun.resolve();
      signal.addEventListener("abort", () => {
        resolve({ state: "stopped" });
        stopped.resolve();
      });
    });
  await queueWith(execute).start();
  await begun.promise;
  await runs.update({ id: id! }, { wish: "cancel" });
  await stopped.promise;
  await queue!.close();
  expect((await runs.get({ id: id! }))?.state).toBe("cancelled");
});

test("a run that cannot be taken because the disk is full is taken once there is room", async () => {
  const taking = queueWith(async (job) => {
    taken.resolve(job.path);
    return { state: "finished", record: {} };
  });
  const taken = Promise.withResolvers<string>();
  await taking.start();
  await fill("a", ["waiting"]);
  vi.spyOn(store, "tenants").mockRejectedValueOnce(Object.assign(new Error("full"), { code: "SQLITE_FULL" }));
  taking.wake();
  expect(await taken.promise).toBe("/waiting");
});

test("a run that found the disk full keeps its place until there may be room, and is tried again", async () => {
  const [id] = await fill("a", ["large", "other"]);
  const taken: string[] = [];
  const full = Promise.withResolvers<number>();
  const room = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const waiting = queueWith(
    async (job) => {
      if (taken.push(job.path) === 1) return { state: "disk-full" };
      if (taken.length === 3) done.resolve();
      return { state: "finished", record: {} };
    },
    1,
    (milliseconds, signal) => {
      full.resolve(milliseconds);
      signal.addEventListener("abort", () => room.resolve());
      return room.promise;
    },
  );
  await waiting.start();
  expect(await full.promise).toBe(10_000);
  waiting.wake();
  expect(await (await store.createTenant("a")).runs.get({ id: id! })).toMatchObject({ state: "queued" });
  expect([waiting.running, taken]).toEqual([1, ["/large"]]);
  room.resolve();
  await done.promise;
  expect(taken).toEqual(["/large", "/large", "/other"]);
});

test("writes wait for room on a full disk, longer each time, and happen once there is some", async () => {
  const delays: number[] = [];
  let complaints = 0;
  const write = async () => {
    if (delays.length < 7) throw Object.assign(new Error("full"), { code: "SQLITE_FULL" });
    return "written";
  };
  const { signal } = new AbortController();
  const onFull = () => complaints++;
  const pause: Pause = async (milliseconds) => void delays.push(milliseconds);
  expect(await persist(write, { signal, onFull, pause })).toBe("written");
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect(complaints).toBe(7);
  const wrapped = new Error("cannot be written", { cause: Object.assign(new Error(), { code: "ENOSPC" }) });
  expect(isDiskFull(wrapped)).toBe(true);
  expect(isDiskFull(new Error("else"))).toBe(false);
});

test("SQLite's own full database is recognised", async () => {
  const { default: Sqlite } = await import("better-sqlite3");
  const database = new Sqlite(":memory:");
  database.pragma("max_page_count = 2");
  let caught: unknown;
  try {
    database.exec("create table a (x text); create table b (x text); create table c (x text)");
  } catch (error) {
    caught = error;
  }
  expect(isDiskFull(caught)).toBe(true);
});
