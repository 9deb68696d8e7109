import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../daemon/training/files/digest.ts";
import { Front } from "../fixtures/front.ts";
import { hold, release } from "../fixtures/orders.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

const token = "r".repeat(43);
let folder: string;
let here: TestDaemon;
let there: TestDaemon;
let front: Front;
let path: string;
const data = `date,units\n${"2026-01-01,1\n".repeat(500_000)}`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "almanac-remote-"));
  writeFileSync(join(folder, "tokens.json"), JSON.stringify([{ tenant: "local", token }]), { mode: 0o600 });
  front = await Front.open();
  [here, there] = await Promise.all([startTestDaemon(), startThere()]);
  await here.client.addRemote({ body: { name: "gpu-box", url: there.daemon.url, token } });
  path = join(folder, "far.forecast.yaml");
  writeFileSync(join(folder, "sales.csv"), data);
});
afterEach(async () => {
  await Promise.all([here.close(), there.close()]);
  await front.close();
  rmSync(folder, { recursive: true, force: true });
});

const startThere = () =>
  startTestDaemon({
    home: join(folder, "there"),
    tokens: join(folder, "tokens.json"),
    region: "us",
    ...front.daemonOptions,
  });

function write(name: string, more = ""): void {
  writeFileSync(
    path,
    `experiment: ${name}\ndata:\n  source: sales.csv\n  time: date\n  target: units\n${more}forecast: {horizon: 2}\ntrain: {on: gpu-box}\n`,
  );
}

const said = (events: Awaited<ReturnType<TestDaemon["events"]>>) =>
  events.flatMap(({ event }) => (event.type === "warning" ? event.problem.message : []));

test("a run is carried out there, told here as if it were here, and comes home with its model", async () => {
  write("plain");
  const { id } = await here.client.createRun({ body: { path } });
  const events = await here.events(id);
  expect(events.at(-1)!.event).toMatchObject({ type: "run-state", state: "finished" });
  expect(events.filter(({ event }) => event.type === "task-finished")).toHaveLength(12);
  expect(said(events)).toEqual(["Sending 6.5 MB of 6.5 MB to gpu-box; the rest is there already."]);
  const [theirs] = (await there.client.listRuns()).items;
  expect(await here.client.getLeaderboard({ params: { id } })).toEqual(
    await there.client.getLeaderboard({ params: { id: theirs!.id } }),
  );
  const model = (daemon: TestDaemon, run: string) =>
    readFileSync(join(daemon.home, "tenants/local/runs", run, "model/level.json"), "utf8");
  expect(model(here, id)).toBe(model(there, theirs!.id));
  const arrived = join(there.home, "tenants/local/snapshots");
  expect(readFileSync(join(arrived, readdirSync(arrived)[0]!, "sales.csv"), "utf8")).toBe(data);

  writeFileSync(join(folder, "sales.csv"), `${data}2026-01-02,5\n`);
  const second = await here.client.createRun({ body: { path } });
  expect(said(await here.events(second.id))).toEqual([
    "Sending 2.3 MB of 6.5 MB to gpu-box; the rest is there already.",
  ]);
});

test("data that may not leave a region are refused before a byte is sent", async () => {
  write("plain", "  region: eu\n");
  const { id } = await here.client.createRun({ body: { path } });
  const events = await here.events(id);
  const { state, reason } = await here.client.getRun({ params: { id } });
  expect(state).toBe("failed");
  expect(reason).toMatch(/may not leave eu, and gpu-box stands in us. Nothing was sent./);
  expect(said(events)).toEqual([]);
  const first = sha256(data.slice(0, 4 * 2 ** 20));
  expect((await there.client.findMissingBlocks({ body: { digests: [first] } })).missing).toEqual([first]);
  const local = await here.client.createRun({ body: { path, options: { on: "local" } } });
  await here.events(local.id);
  expect((await here.client.getRun({ params: { id: local.id } })).reason).toMatch(/this daemon declares no region/);
  const forced = there.client.createSnapshot({ body: { name: "x", text: "", region: "eu", files: [] } });
  await expect(forced).rejects.toMatchObject({ status: 422, details: { code: "region" } });
});

test("a restart of the remote daemon in the middle is survived", async () => {
  write("plain");
  hold(there.home, 2);
  const { id } = await here.client.createRun({ body: { path } });
  let finished = 0;
  for await (const { event } of here.client.runEvents({ params: { id } })) {
    if (event.type === "task-finished" && ++finished === 2) break;
  }
  front.leave();
  await there.daemon.stop();
  release(there.home);
  there = await startThere();
  await here.events(id);
  expect(await here.client.getRun({ params: { id } })).toMatchObject({ state: "finished", attempt: 1 });
  expect((await there.client.listRuns()).items).toMatchObject([{ state: "finished", attempt: 2 }]);
});

test("cancelling here cancels there; an unknown remote is named", async () => {
  write("forever");
  const { id } = await here.client.createRun({ body: { path } });
  for await (const { event } of here.client.runEvents({ params: { id } })) {
    if (event.type === "task-started") break;
  }
  await here.client.cancelRun({ params: { id } });
  expect((await there.client.listRuns()).items).toMatchObject([{ state: "cancelled" }]);
  const lost = await here.client.createRun({ body: { path, options: { on: "nowhere" } } });
  await here.events(lost.id);
  expect((await here.client.getRun({ params: { id: lost.id } })).reason).toMatch(/There is no remote nowhere/);
});

test("a block whose bytes do not match its digest is refused", async () => {
  const wrong = there.client.putBlock({ params: { digest: "0".repeat(64) }, body: new Uint8Array([1]) });
  await expect(wrong).rejects.toMatchObject({ status: 422, details: { code: "damaged" } });
  const files = [{ name: "source-0.csv", size: 1, blocks: ["0".repeat(64)] }];
  const body = { name: "x", text: "", region: null, files };
  await expect(there.client.createSnapshot({ body })).rejects.toMatchObject({ status: 409 });
  const outside = { ...body, files: [{ ...files[0]!, name: "../../token" }] };
  await expect(there.client.createSnapshot({ body: outside })).rejects.toMatchObject({ status: 400 });
});
