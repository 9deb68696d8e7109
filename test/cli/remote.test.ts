import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Daemon, serve } from "../../daemon/server/serve.ts";
import type { StoredEvent } from "../../protocol/api/runs.ts";
import { createClient } from "../../protocol/client.ts";
import { Front } from "../server/fixtures/front.ts";
import { hold, release } from "../server/fixtures/orders.ts";
import { startTestDaemon, type TestDaemon } from "../server/test-daemon.ts";
import { almanac } from "./command.ts";

const token = "r".repeat(43);
let folder: string;
let file: string;
let home: string;
const at = (...names: string[]) => join(folder, ...names);
const read = (...names: string[]) => readFileSync(at(...names), "utf8");

const sales = Array.from({ length: 70 }, (_, day) => {
  const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
  return `${date},${20 + 5 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11)}`;
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-far-"));
  home = at("here");
  file = at("far.forecast.yaml");
  writeFileSync(at("token"), token);
  writeFileSync(at("tokens.json"), JSON.stringify([{ tenant: "local", token }]), { mode: 0o600 });
  writeFileSync(at("sales.csv"), `date,units\n${sales.join("\n")}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, more = ""): void {
  writeFileSync(
    file,
    `experiment: ${name}\ndata:\n  source: sales.csv\n  time: date\n  target: units\n${more}forecast: {horizon: 7}\nsearch: {models: [seasonal-naive, window-average], budget: 10 hours}\ntrain: {on: gpu-box}\n`,
  );
}

const remember = (url: string) =>
  almanac(["remote", "add", "gpu-box", url, "--token-file", at("token"), "--home", home, "--json"]);
const run = (options: Parameters<typeof almanac>[1] = {}, ...more: string[]) =>
  almanac(["run", file, "--home", home, "--out", at("out"), ...more], options);

describe("with the product's own run processes", () => {
  let there: Daemon;
  beforeEach(async () => {
    there = await serve({ home: at("there"), behindProxy: false, tokens: at("tokens.json"), region: "us" });
  });
  afterEach(() => there.stop());

  test("a run elsewhere leaves the same files and numbers as one here, and its model works here", async () => {
    write("sales");
    // One daemon knows the other; the run itself needs none here.
    const here = await serve({ home, behindProxy: false });
    const added = await remember(there.url);
    await here.stop();
    expect(JSON.parse(added.stdout)).toMatchObject({ name: "gpu-box", region: "us" });

    const far = await run({}, "--json");
    expect(far.stderr).toMatch(
      /Sending 0\.0 MB of 0\.0 MB to gpu-box; the rest is there already\.[\s\S]*seasonal-naive: /,
    );
    expect(far.code).toBe(0);
    const near = await run({}, "--on", "local", "--out", at("near"));
    expect(near.code).toBe(0);
    for (const name of ["forecast.csv", "backtest.csv", "explanations.json"]) {
      expect(read("out", name), name).toBe(read("near", name));
    }
    const [document, leaderboard] = [JSON.parse(far.stdout), JSON.parse(read("near", "leaderboard.json"))];
    expect(document).toMatchObject({ winner: leaderboard[0].model, score: leaderboard[0].score, out: at("out") });
    expect(JSON.parse(read("out", "run.json"))).toMatchObject({
      remote: "gpu-box",
      text: read("far.forecast.yaml"),
      experiment: { file, settings: { data: { source: "sales.csv" }, train: { on: "gpu-box" } } },
    });
    expect(read("out", "report.html")).toContain(file);

    writeFileSync(at("sales.csv"), `date,units\n${sales.join("\n")}\n2026-03-12,99\n`);
    const predicted = await almanac(["predict", at("out")]);
    expect(predicted.code).toBe(0);
    expect(predicted.stdout).toContain("2026-03-13");
  });

  test("mistakes in the data are told as those of a run here, with the user's own file", async () => {
    write("sales");
    await remember(there.url);
    writeFileSync(at("sales.csv"), "date,units\n2026-01-01,1\n2026-01-02,many\n");
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toMatch(/far\.forecast\.yaml: error: .*units.*many/);
  });
});

describe("with arithmetic in place of models", () => {
  let there: TestDaemon;
  let front: Front;
  const start = () =>
    startTestDaemon({ home: at("there"), tokens: at("tokens.json"), region: "us", ...front.daemonOptions });
  beforeEach(async () => {
    front = await Front.open();
    there = await start();
    await remember(there.daemon.url);
  });
  afterEach(async () => {
    await there.close();
    await front.close();
  });

  test("data that may not leave a region are refused before a byte is sent", async () => {
    write("plain", "  region: eu\n");
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain(
      "far.forecast.yaml:6:11: error: The data may not leave eu, and gpu-box stands in us. Nothing was sent.",
    );
    expect(existsSync(at("there", "tenants/local/blobs"))).toBe(false);
    expect((await there.client.listRuns()).items).toEqual([]);
  });

  test("a remote that nobody knows is named where the file names it", async () => {
    write("plain");
    const { code, stderr } = await run({}, "--home", at("elsewhere"));
    expect(code).toBe(2);
    expect(stderr).toContain(
      "far.forecast.yaml:8:13: error: There is no remote `gpu-box`. Make it known: almanac remote",
    );
  });

  test("Ctrl-C cancels the run there; the next one begins anew", async () => {
    write("forever");
    const { code } = await run({ interruptOn: "2 series" });
    expect(code).toBe(130);
    expect((await there.client.listRuns()).items).toMatchObject([{ state: "cancelled" }]);
    write("plain");
    expect((await run()).code).toBe(0);
    expect((await there.client.listRuns()).items.map(({ state }) => state)).toEqual(["finished", "cancelled"]);
  });

  test("a command that was killed finds its run again, and brings it home", async () => {
    write("plain");
    hold(there.home, 1);
    await run({ interruptOn: "2 series", signal: "SIGKILL" });
    expect((await there.client.listRuns()).items).toMatchObject([{ state: "running" }]);
    release(there.home);
    expect((await run()).code).toBe(0);
    expect((await there.client.listRuns()).items).toMatchObject([{ state: "finished", attempt: 1 }]);
    expect(read("out", "forecast.csv")).toContain("2026-01-01");
    expect(read("there", "tenants/local/runs/computed.log").trim().split("\n")).toHaveLength(12);
  });

  test("a restart of the remote daemon in the middle is survived", async () => {
    write("plain");
    hold(there.home, 3);
    const client = createClient({ url: there.daemon.url, token });
    const finished = run();
    await tasksFinished(client.allEvents(), 3);
    front.leave();
    await there.daemon.stop();
    release(there.home);
    there = await start();
    expect((await finished).code).toBe(0);
    expect((await there.client.listRuns()).items).toMatchObject([{ state: "finished", attempt: 2 }]);
  });
});

async function tasksFinished(events: AsyncIterable<StoredEvent>, count: number): Promise<void> {
  let finished = 0;
  for await (const { event } of events) {
    if (event.type === "task-finished" && ++finished === count) return;
  }
}
