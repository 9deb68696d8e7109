import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../../protocol/client.ts";
import { type Death, deathsLeft, planDeaths } from "../fixtures/orders.ts";
import { experimentText, startTestDaemon } from "../test-daemon.ts";

/** Every kind of death at every point of a task, at tasks that earlier attempts have not reached. */
const deaths: readonly Death[] = (["run", "daemon", "run"] as const).flatMap((victim, round) =>
  (["begun", "kept", "told"] as const).map((point, index) => ({ victim, point, task: 2 + ((round + index) % 3) })),
);

let home: string;
let daemon: ChildProcess | undefined;
let client: Client;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-kill-"));
});
afterAll(() => {
  daemon?.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

/** Resolves when the daemon has ended. */
let ended: Promise<unknown>;

async function startDaemon(): Promise<void> {
  const program = fileURLToPath(new URL("../fixtures/daemon.ts", import.meta.url));
  daemon = spawn(process.execPath, [program, home], { stdio: ["ignore", "pipe", "inherit"] });
  ended = once(daemon, "exit");
  const [line] = (await once(daemon.stdout!, "data")) as [Buffer];
  client = createClient(JSON.parse(line.toString()) as { url: string; token: string });
}

test("kills of run processes and daemons at every point of a task: the run completes, with the numbers of an undisturbed one, and no task is done twice", async () => {
  const path = join(home, "long.forecast.yaml");
  writeFileSync(path, experimentText("long"));
  await startDaemon();
  planDeaths(home, deaths);
  const { id } = await client.createRun({ body: { path, text: experimentText("long"), options: { seed: 5 } } });
  for (const { victim } of deaths) {
    if (victim !== "daemon") continue;
    await ended;
    await startDaemon();
  }
  const events = await Array.fromAsync(client.runEvents({ params: { id } }));

  expect(deathsLeft(home)).toEqual([]);
  expect(events.at(-1)?.event).toMatchObject({ type: "run-state", state: "finished", attempt: deaths.length + 1 });
  const computed = readFileSync(join(home, "tenants/local/runs/computed.log"), "utf8").trim().split("\n");
  expect(new Set(computed).size).toBe(computed.length);
  expect(await client.getLeaderboard({ params: { id } })).toEqual(await undisturbed(5));
});

/** The leaderboard of the same run on a daemon that nobody kills. */
async function undisturbed(seed: number): Promise<unknown> {
  const quiet = await startTestDaemon();
  const { id } = await quiet.run("long", { options: { seed } });
  await quiet.events(id);
  const board = await quiet.client.getLeaderboard({ params: { id } });
  await quiet.close();
  return board;
}
