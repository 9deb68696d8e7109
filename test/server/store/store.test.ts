import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../../daemon/server/store/ids.ts";
import { collectGarbage, defaultRetention } from "../../../daemon/server/store/retention.ts";
import { Store } from "../../../daemon/server/store/store.ts";
import { tableNames } from "../../../daemon/server/store/tables.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";
import { postgresFolder, startPostgres, type TestPostgres } from "./postgres.ts";
import { runRow } from "./rows.ts";

const folder = postgresFolder();
const missing = "PostgreSQL is not installed (Debian: apt-get install postgresql): its half of the suite is skipped";

/** One contract for both databases: whatever holds on SQLite holds on PostgreSQL. */
for (const kind of ["SQLite", "PostgreSQL"] as const) {
  const absent = kind === "PostgreSQL" && folder === undefined;
  describe.skipIf(absent)(absent ? missing : `store on ${kind}`, () => {
    const statements: string[] = [];
    let postgres: TestPostgres | undefined;
    let home: string;
    let store: Store;

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), "almanac-store-"));
      postgres = kind === "PostgreSQL" ? await startPostgres(folder!) : undefined;
      store = await Store.open({
        home,
        database: postgres?.address,
        onQuery: (event) => statements.push(event.query.sql),
      });
      await store.createTenant("north");
      await store.createTenant("south");
    });

    afterAll(async () => {
      await store.close();
      await postgres?.stop();
      rmSync(home, { recursive: true, force: true });
    });

    test("opening again migrates nothing and keeps the rows", async () => {
      const again = await Store.open({ home, database: postgres?.address });
      expect((await again.tenants()).map((tenant) => tenant.tenant)).toEqual(["north", "south"]);
      await again.close();
    });

    test("a row comes back as it went in: text with quotes, JSON, null, large integers and small reals", async () => {
      const north = store.forTenant("north");
      const time = Date.UTC(2026, 10, 23, 1, 2, 3, 4);
      const row = runRow(newId("run"), {
        text: `a: "'{1}\n`,
        options: { seed: 7, nested: { aB: [1, null] } },
        createdAt: time,
      });
      await north.runs.insert(row);
      expect(await north.runs.get({ id: row.id })).toEqual({ ...row, tenant: "north" });
      const model = {
        id: newId("mod"),
        run: row.id,
        model: "ets",
        metric: null,
        score: 1e-17,
        directory: "d",
        createdAt: time,
      };
      await north.models.insert(model);
      expect(await north.models.get({ id: model.id })).toEqual({ ...model, tenant: "north" });
    });

    test("a tenant neither sees, changes nor removes another's rows, under the same identifier", async () => {
      const [north, south] = [store.forTenant("north"), store.forTenant("south")];
      const id = newId("run");
      await north.runs.insert(runRow(id, { experiment: "mine" }));
      expect(await south.runs.get({ id })).toBeUndefined();
      expect(await south.runs.update({ id }, { state: "cancelled" })).toBe(0);
      expect(await south.runs.remove({ id })).toBe(0);
      await south.runs.insert(runRow(id, { experiment: "theirs" }));
      expect((await north.runs.get({ id }))?.experiment).toBe("mine");
      expect((await south.runs.get({ id }))?.experiment).toBe("theirs");
    });

    test("no row can point into another tenant", async () => {
      const id = newId("run");
      await store.forTenant("north").runs.insert(runRow(id));
      const task = { run: id, candidate: "ets", fold: "1", state: "running", attempt: 1, reason: null } as const;
      await expect(store.forTenant("south").tasks.insert({ ...task, startedAt: 1, finishedAt: null })).rejects.toThrow(
        /foreign key/i,
      );
    });

    test("every table has a tenant, and every statement of every operation names it", async () => {
      const north = store.forTenant("north");
      for (const name of tableNames) {
        statements.length = 0;
        await north[name].find();
        await north[name].count();
        await north[name].remove({});
        const used = statements.filter((statement) => statement.includes('"'));
        expect(used).toHaveLength(3);
        for (const statement of used) {
          expect(statement, name).toMatch(/where .*"tenant" = /);
        }
        await store.createTenant("north");
      }
      statements.length = 0;
      await north.runs.update({ state: "running" }, { state: "queued" });
      expect(statements[0]).toMatch(/^update "runs" set .* where .*"tenant" = /);
    });

    test("a compare-and-set is won once", async () => {
      const north = store.forTenant("north");
      const id = newId("run");
      await north.runs.insert(runRow(id));
      const claims = await Promise.all(
        Array.from({ length: 8 }, () => north.runs.update({ id, state: "queued" }, { state: "running" })),
      );
      expect(claims.reduce((sum, claimed) => sum + claimed, 0)).toBe(1);
    });

    test("conditions, order, limit, upsert and insert-if-new", async () => {
      const south = store.forTenant("south");
      await south.settings.put({ name: "a", value: { deep: [1] } }, ["name"]);
      await south.settings.put({ name: "a", value: 2 }, ["name"]);
      expect(await south.settings.insertNew({ name: "a", value: 3 }, ["name"])).toBe(false);
      expect(await south.settings.insertNew({ name: "b", value: "text" }, ["name"])).toBe(true);
      expect((await south.settings.find({}, { orderBy: [["name", "desc"]] })).map((row) => row.value)).toEqual([
        "text",
        2,
      ]);
      const keyRow = (index: number) => ({
        key: `k${index}`,
        request: "r",
        status: null,
        response: null,
        createdAt: index,
      });
      await south.idempotencyKeys.insertAll(Array.from({ length: 1_200 }, (_, index) => keyRow(index)));
      expect(await south.idempotencyKeys.count({ createdAt: { gte: 10, lt: 20 } })).toBe(10);
      expect(await south.idempotencyKeys.count({ key: { in: ["k1", "k2", "none"] } })).toBe(2);
      expect(await south.idempotencyKeys.count({ key: { in: [] } })).toBe(0);
      const last = await south.idempotencyKeys.find(
        { createdAt: { gt: 1_000 } },
        { orderBy: [["createdAt", "asc"]], limit: 1 },
      );
      expect(last[0]?.key).toBe("k1001");
      await south.idempotencyKeys.putAll([keyRow(7), { ...keyRow(8), request: "changed" }, keyRow(5_000)], ["key"]);
      expect(await south.idempotencyKeys.count()).toBe(1_201);
      expect((await south.idempotencyKeys.get({ key: "k8" }))?.request).toBe("changed");
    });

    test("events are numbered upwards and go with their run", async () => {
      const north = store.forTenant("north");
      const run = newId("run");
      await north.runs.insert(runRow(run));
      const event = { run, type: "log", time: 1, body: { text: "hello" } };
      const first = await north.events.insertReturning(event, "sequence");
      const second = await north.events.insertReturning(event, "sequence");
      expect(second).toBeGreaterThan(first);
      await north.runs.remove({ id: run });
      expect(await north.events.count({ run })).toBe(0);
    });

    test("garbage collection keeps what a row names and what is young", async () => {
      const north = store.forTenant("north");
      const kept = await north.blobs.put(new TextEncoder().encode("kept"));
      const orphan = await north.blobs.put(new TextEncoder().encode("orphan"));
      const artifact = {
        owner: "run",
        name: "forecast.csv",
        digest: kept,
        size: 4,
        mediaType: "text/csv",
        createdAt: 1,
      };
      await north.artifacts.insert(artifact);
      expect((await collectGarbage(north, Date.now())).blobs).toBe(0);
      const later = Date.now() + 2 * defaultRetention.orphanedBlobs;
      expect((await collectGarbage(north, later)).blobs).toBe(1);
      expect(await north.blobs.has(kept)).toBe(true);
      expect(await north.blobs.has(orphan)).toBe(false);
    });

    test("garbage collection clears folders without a row, and snapshots and tasks that nobody asked for again", async () => {
      const north = store.forTenant("north");
      const [kept, gone] = [newId("run"), newId("run")];
      const folder = (...names: string[]) => join(north.directory, ...names);
      for (const name of [folder("runs", kept), folder("runs", gone), folder("deployments", newId("ver"))]) {
        mkdirSync(name, { recursive: true });
      }
      await north.runs.insert(runRow(kept));
      const snapshots = { used: "a".repeat(64), unused: "b".repeat(64) };
      for (const name of Object.values(snapshots)) {
        mkdirSync(folder("snapshots", name), { recursive: true });
        writeFileSync(folder("snapshots", name, "x.forecast.yaml"), "");
        const digest = await north.blobs.put(new TextEncoder().encode(name));
        const about = { owner: name, name: "x/0", digest, size: 64, mediaType: "text/plain", createdAt: 1 };
        await north.artifacts.insert(about);
      }
      const path = folder("snapshots", snapshots.used, "x.forecast.yaml");
      await north.runs.insert(runRow(newId("run"), { path, state: "paused" }));
      const cache = new DiskTaskCache(folder("cache"));
      await cache.put("task", new Uint8Array([1]));
      expect((await collectGarbage(north, Date.now())).leftovers).toBe(0);
      const later = Date.now() + 2 * defaultRetention.unused;
      expect((await collectGarbage(north, later)).leftovers).toBe(4);
      expect(readdirSync(folder("runs"))).toEqual([kept]);
      expect(readdirSync(folder("snapshots"))).toEqual([snapshots.used]);
      expect(await north.artifacts.count({ owner: snapshots.unused })).toBe(0);
      expect(await cache.get("task")).toBeUndefined();
    });
  });
}

test("a database that does not open says why and what to do", async () => {
  const home = mkdtempSync(join(tmpdir(), "almanac-store-"));
  await expect(Store.open({ home, database: "postgres://nobody@127.0.0.1:1/none" })).rejects.toMatchObject({
    message: /cannot be opened: .*ECONNREFUSED/,
    fix: /PostgreSQL runs/,
  });
  writeFileSync(join(home, "almanac.db"), "this is no database, but a text that is long enough ".repeat(40));
  await expect(Store.open({ home })).rejects.toMatchObject({ message: /cannot be opened/, fix: /almanac.db whole/ });
  rmSync(home, { recursive: true, force: true });
});

test("queries are made in one place only", () => {
  const root = join(import.meta.dirname, "../../../daemon");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const querying = files.filter((file) =>
    /\.(selectFrom|insertInto|updateTable|deleteFrom|replaceInto|mergeInto)\(/.test(
      readFileSync(join(root, file), "utf8"),
    ),
  );
  expect(querying.sort()).toEqual(["server/store/store.ts", "server/store/table.ts"]);
});
