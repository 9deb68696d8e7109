import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Daemon, serve } from "../../../daemon/server/serve.ts";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { type Client, createClient } from "../../../protocol/client.ts";

let home: string;
let daemon: Daemon;
let client: Client;
let path: string;

/** The product's own run processes: what is steered is a real search. */
async function start(): Promise<void> {
  daemon = await serve({ home, behindProxy: false });
  client = createClient({ url: daemon.url, token: daemon.token });
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "almanac-candidates-"));
  path = join(home, "sales.forecast.yaml");
  const rows = Array.from({ length: 400 }, (_, day) => {
    const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${20 + 5 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11)}`;
  });
  writeFileSync(join(home, "sales.csv"), `date,units\n${rows.join("\n")}\n`);
  // Steps without end: the network trains until it is stopped.
  writeFileSync(
    path,
    "data: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 7}\nsearch: {models: {seasonal-naive: {}, mlp: {steps: 100000000, learningRate: 0.002}}, budget: 10 hours, ensemble: false}\nevaluation: {windows: 1}\nexplain: false\n",
  );
  await start();
});
afterEach(async () => {
  await daemon.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Events of a run until one matches; the stream goes on from the first event. */
async function until(id: string, matches: (event: StoredEvent["event"]) => boolean): Promise<StoredEvent["event"][]> {
  const seen: StoredEvent["event"][] = [];
  for await (const { event } of client.runEvents({ params: { id } })) {
    seen.push(event);
    if (matches(event)) break;
  }
  return seen;
}

const mlpTrains = (event: StoredEvent["event"]) => event.type === "task-started" && event.candidate === "mlp";
const taskState = async (id: string) =>
  (await client.listTasks({ params: { id } })).items.find(({ candidate }) => candidate === "mlp")?.state;

test("one candidate is paused, survives a restart paused, and is cancelled; the run ends with the others", async () => {
  const { id } = await client.createRun({ body: { path, options: { workers: 1 } } });
  const mlp = { params: { id, candidate: "mlp" } };
  await until(id, mlpTrains);
  expect(await client.pauseCandidate(mlp)).toEqual({ candidate: "mlp", wish: "pause" });
  await until(id, ({ type }) => type === "candidate-paused");
  expect(await taskState(id)).toBe("stopped");
  await expect(client.pauseCandidate({ params: { id, candidate: "gru" } })).rejects.toMatchObject({ status: 404 });

  await daemon.stop();
  await start();
  await until(id, (event) => event.type === "run-state" && event.state === "running" && event.attempt === 2);
  await until(id, ({ type }) => type === "candidate-paused");

  await client.cancelCandidate(mlp);
  await expect(client.resumeCandidate(mlp)).rejects.toMatchObject({ details: { code: "candidate-cancelled" } });
  await until(id, (event) => event.type === "run-state" && event.state === "finished");
  const leaderboard = await client.getLeaderboard({ params: { id } });
  expect(leaderboard).toMatchObject([
    { model: "seasonal-naive", status: "tried" },
    { model: "mlp", status: "skipped", reason: "Cancelled." },
  ]);
  await expect(client.pauseCandidate(mlp)).rejects.toMatchObject({ details: { code: "wrong-state" } });
});

test("a paused candidate goes on when told to", async () => {
  const { id } = await client.createRun({ body: { path, options: { workers: 1 } } });
  const mlp = { params: { id, candidate: "mlp" } };
  await until(id, mlpTrains);
  await client.pauseCandidate(mlp);
  await until(id, ({ type }) => type === "candidate-paused");
  await client.resumeCandidate(mlp);
  let resumed = false;
  await until(id, (event) => {
    resumed ||= event.type === "candidate-resumed";
    return resumed && mlpTrains(event);
  });
  await client.cancelRun({ params: { id } });
  expect((await client.listTasks({ params: { id } })).items.some(({ state }) => state === "running")).toBe(false);
});
