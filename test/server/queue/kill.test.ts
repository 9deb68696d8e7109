import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../../protocol/client.ts";
import { experimentText, startTestDaemon } from "../test-daemon.ts";

const KILLS = 50;
/** Every so many kills hit the daemon, the others the process that carries out the run. */
const DAEMON_EVERY = 6;

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

async function startDaemon(): Promise<void> {
  const program = fileURLToPath(new URL("../fixtures/daemon.ts", import.meta.url));
  daemon = spawn(process.execPath, [program, home], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(daemon.stdout!, "data")) as [Buffer];
  client = createClient(JSON.parse(line.toString()) as { url: string; token: string });
}

async function killDaemon(): Promise<void> {
  const gone = new Promise((resolve) => daemon!.once("exit", resolve));
  daemon!.kill("SIGKILL");
  await gone;
  await startDaemon();
}

/** Asks the process that carries out the run to kill itself, and waits until it has, or until the run has ended. */
async function killRunProcess(run: string): Promise<boolean> {
  const wish = join(home, "tenants/local/kill-run-process");
  mkdirSync(join(home, "tenants/local"), { recursive: true });
  writeFileSync(wish, "");
  while (existsSync(wish)) {
    const { state } = await client.getRun({ params: { id: run } });
    if (state !== "running" && state !== "queued") {
      rmSync(wish, { force: true });
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

const queue = (seed: number) => {
  const path = join(home, "long.forecast.yaml");
  return client.createRun({ body: { path, text: experimentText("long"), options: { seed } } });
};

test(`${KILLS} kills at random moments: every run completes, with the numbers of an undisturbed one, and no task is done twice`, async () => {
  writeFileSync(join(home, "long.forecast.yaml"), experimentText("long"));
  await startDaemon();
  const runs = [(await queue(0)).id];
  let kills = 0;
  while (kills < KILLS) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
    const daemonTurn = kills % DAEMON_EVERY === DAEMON_EVERY - 1;
    if (daemonTurn) await killDaemon();
    if (daemonTurn || (await killRunProcess(runs.at(-1)!))) kills++;
    const { state } = await client.getRun({ params: { id: runs.at(-1)! } });
    // Five deaths in a row before any task was done give a run up: a client may try it again.
    if (state === "failed") await client.resumeRun({ params: { id: runs.at(-1)! } });
    if (state === "finished") runs.push((await queue(runs.length)).id);
  }
  const boards: unknown[] = [];
  for (const id of runs) {
    for await (const { event } of client.runEvents({ params: { id } })) {
      if (event.type === "run-state" && event.state === "failed")
        await client.resumeRun({ params: { id } }).catch(() => {});
    }
    expect((await client.getRun({ params: { id } })).state).toBe("finished");
    boards.push(await client.getLeaderboard({ params: { id } }));
  }

  const computed = readFileSync(join(home, "tenants/local/runs/computed.log"), "utf8").trim().split("\n");
  expect(new Set(computed).size).toBe(computed.length);
  expect(boards).toEqual(await undisturbed(runs.length));
}, 180_000);

/** Leaderboards of the same runs on a daemon that nobody kills. */
async function undisturbed(count: number): Promise<unknown[]> {
  const quiet = await startTestDaemon();
  const boards: unknown[] = [];
  for (let seed = 0; seed < count; seed++) {
    const { id } = await quiet.run("long", { options: { seed } });
    await quiet.events(id);
    boards.push(await quiet.client.getLeaderboard({ params: { id } }));
  }
  await quiet.close();
  return boards;
}
