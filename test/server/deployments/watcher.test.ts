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

/** The first event that `wanted` accepts, of all there were. */
async function eventThat(wanted: (event: StoredEvent["event"]) => boolean): Promise<StoredEvent> {
  for await (const event of daemon.client.allEvents({}, { lastEventId: 0 })) if (wanted(event.event)) return event;
  throw new Error("The stream ended.");
}

test("changed data mark results stale; where it is watched the experiment runs again and is fresh", async () => {
  const first = await daemon.client.createRun({ body: { path } });
  await daemon.events(first.id);
  const registered = await daemon.client.putExperiment({ body: { path } });
  const params = { id: registered.id };
  const changeData = (units: number) => writeFileSync(join(folder, "sales.csv"), `date,units\n2026-01-01,${units}\n`);
  changeData(2);
  expect((await eventThat(({ type }) => type === "experiment-changed")).event).toMatchObject({
    experiment: registered.id,
    usable: true,
  });
  expect((await daemon.client.getRun({ params: { id: first.id } })).stale).toBe(true);
  expect((await daemon.client.getExperiment({ params })).stale).toBe(true);
  expect((await daemon.client.listRuns()).items).toHaveLength(1);

  await daemon.client.putExperiment({ body: { path, watch: true } });
  changeData(3);
  const again = await eventThat((event) => event.type === "run-finished" && !event.directory.includes(first.id));
  await daemon.events(again.run!);
  expect((await daemon.client.getExperiment({ params })).stale).toBe(false);
});

test("a file that is broken meanwhile says so and does not run", async () => {
  const registered = await daemon.client.putExperiment({ body: { path, watch: true } });
  const first = await daemon.client.createRun({ body: { path } });
  await daemon.events(first.id);
  writeFileSync(path, "data: {nonsense: 1}\n");
  const { event } = await eventThat(({ type }) => type === "experiment-changed");
  expect(event).toMatchObject({ usable: false });
  expect((await daemon.client.getExperiment({ params: { id: registered.id } })).problems.length).toBeGreaterThan(0);
  expect((await daemon.client.listRuns()).items).toHaveLength(1);
});
