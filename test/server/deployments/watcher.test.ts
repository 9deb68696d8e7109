import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { experimentText, startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let daemon: TestDaemon;
let folder: string;
let path: string;
beforeEach(async () => {
  daemon = await startTestDaemon();
  folder = mkdtempSync(join(tmpdir(), "almanac-watch-"));
  path = join(folder, "plain.forecast.yaml");
  writeFileSync(path, experimentText("plain"));
  writeFileSync(join(folder, "sales.csv"), "date,units\n2026-01-01,1\n");
});
afterEach(async () => {
  await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Does `act` again and again until an event that `wanted` accepts comes: the system may not watch yet at the first time. */
async function eventAfter(act: () => void, wanted: (event: StoredEvent["event"]) => boolean): Promise<StoredEvent> {
  act();
  const timer = setInterval(act, 1_000);
  try {
    // From the first event on, so that none is missed between acting and listening.
    for await (const event of daemon.client.allEvents({}, { lastEventId: 0 })) {
      if (wanted(event.event)) return event;
    }
  } finally {
    clearInterval(timer);
  }
  throw new Error("The stream ended.");
}

test("changed data mark results stale; where it is watched the experiment runs again and is fresh", async () => {
  const first = await daemon.client.createRun({ body: { path } });
  await daemon.events(first.id);
  const registered = await daemon.client.putExperiment({ body: { path } });
  const params = { id: registered.id };
  const changeData = () => writeFileSync(join(folder, "sales.csv"), `date,units\n2026-01-01,${Math.random()}\n`);
  const changed = (event: StoredEvent["event"]) => event.type === "experiment-changed";
  expect((await eventAfter(changeData, changed)).event).toMatchObject({ experiment: registered.id, usable: true });
  expect((await daemon.client.getRun({ params: { id: first.id } })).stale).toBe(true);
  expect((await daemon.client.getExperiment({ params })).stale).toBe(true);
  expect((await daemon.client.listRuns()).items).toHaveLength(1);

  await daemon.client.putExperiment({ body: { path, watch: true } });
  const again = await eventAfter(
    changeData,
    (event) => event.type === "run-finished" && event.directory.includes(first.id) === false,
  );
  await daemon.events(again.run!);
  expect((await daemon.client.getExperiment({ params })).stale).toBe(false);
});

test("a file that is broken meanwhile says so and does not run", async () => {
  const registered = await daemon.client.putExperiment({ body: { path, watch: true } });
  const first = await daemon.client.createRun({ body: { path } });
  await daemon.events(first.id);
  const breakIt = () => writeFileSync(path, "data: {nonsense: 1}\n");
  const { event } = await eventAfter(breakIt, (found) => found.type === "experiment-changed");
  expect(event).toMatchObject({ usable: false });
  expect((await daemon.client.getExperiment({ params: { id: registered.id } })).problems.length).toBeGreaterThan(0);
  expect((await daemon.client.listRuns()).items).toHaveLength(1);
});
