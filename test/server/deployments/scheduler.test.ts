import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ExperimentFiles } from "../../../daemon/server/deployments/experiment-files.ts";
import { nextTime, Scheduler } from "../../../daemon/server/deployments/scheduler.ts";
import { newId } from "../../../daemon/server/store/ids.ts";
import { Store, type TenantStore } from "../../../daemon/server/store/store.ts";
import type { NewRow } from "../../../daemon/server/store/table.ts";
import { experimentText } from "../test-daemon.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 5, 1, 12);
let home: string;
let store: Store;
let tenant: TenantStore;
let scheduler: Scheduler;
let clock: number;
let started: number[];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "almanac-schedule-"));
  store = await Store.open({ home });
  tenant = await store.createTenant("local");
  clock = noon;
  started = [];
  scheduler = new Scheduler({
    store,
    files: new ExperimentFiles(),
    now: () => clock,
    submit: async () => {
      started.push(clock);
    },
  });
});
afterEach(async () => {
  await scheduler.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** A schedule of every full hour. */
async function hourly(more: Partial<NewRow<"schedules">> = {}): Promise<void> {
  const path = join(home, "x.forecast.yaml");
  writeFileSync(path, experimentText("x"));
  writeFileSync(join(home, "sales.csv"), "date,units\n");
  const experiment = newId("exp");
  const times = { createdAt: 1, updatedAt: 1 };
  const about = { id: experiment, name: "x", path, text: "", problems: [], watch: 0, stale: 0 };
  await tenant.experiments.insert({ ...about, ...times });
  await tenant.schedules.insert({
    id: newId("sch"),
    name: "hourly",
    cron: "0 * * * *",
    timezone: "UTC",
    experiment,
    enabled: 1,
    onlyIfChanged: 0,
    missed: "run-once",
    fingerprint: null,
    lastAt: null,
    nextAt: noon + hour,
    ...times,
    ...more,
  });
}

async function at(time: number): Promise<void> {
  clock = time;
  await scheduler.wake();
}

test("fires at its time, once", async () => {
  await hourly();
  await at(noon + hour - 1);
  expect(started).toEqual([]);
  await at(noon + hour);
  await at(noon + hour + 5);
  expect(started).toEqual([noon + hour]);
  await at(noon + 2 * hour);
  expect(started).toHaveLength(2);
});

test("makes up once for times that passed while nobody looked, or skips them", async () => {
  await hourly();
  await at(noon + 5.5 * hour);
  expect(started).toHaveLength(1);
  await at(noon + 6 * hour);
  expect(started).toHaveLength(2);
});

test("skips missed times where it shall", async () => {
  await hourly({ missed: "skip" });
  await at(noon + 5.5 * hour);
  expect(started).toEqual([]);
  await at(noon + 6 * hour);
  expect(started).toEqual([noon + 6 * hour]);
});

test("a clock that is set back a little fires nothing twice; one that was wrong by years does not stop it for years", async () => {
  await hourly();
  await at(noon + hour);
  await at(noon + hour - 60_000);
  await at(noon + hour);
  expect(started).toHaveLength(1);
  await at(Date.UTC(2036, 0, 1));
  expect(started).toHaveLength(2);
  await at(noon + 2.5 * hour);
  await at(noon + 3 * hour);
  expect(started.slice(2)).toEqual([noon + 3 * hour]);
});

test("runs only where the file or its data changed, when told so", async () => {
  await hourly({ onlyIfChanged: 1 });
  await at(noon + hour);
  await at(noon + 2 * hour);
  expect(started).toHaveLength(1);
  utimesSync(join(home, "sales.csv"), new Date(5_000), new Date(5_000));
  await at(noon + 3 * hour);
  expect(started).toHaveLength(2);
});

test("a zone's summer time is followed", () => {
  const before = nextTime("30 6 * * *", "Europe/Berlin", Date.UTC(2026, 2, 28));
  const after = nextTime("30 6 * * *", "Europe/Berlin", Date.UTC(2026, 2, 29, 12));
  expect([before, after]).toEqual([Date.UTC(2026, 2, 28, 5, 30), Date.UTC(2026, 2, 30, 4, 30)]);
  expect(() => nextTime("x", "UTC", 0)).toThrow(/no time/);
  expect(() => nextTime("0 0 * * *", "Mars/Base", 0)).toThrow(/no time/);
});
