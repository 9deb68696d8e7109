import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestDaemon, type TestDaemon } from "../server/test-daemon.ts";
import { almanac } from "./command.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.close());

const list = (...more: string[]) => almanac(["runs", "--home", daemon.home, ...more]);

test("the daemon's runs are listed, newest first, with the identifier that deploy takes", async () => {
  expect((await list()).stdout).toBe("The daemon has no runs yet.\n");
  const first = await daemon.run("first");
  await daemon.events(first.id);
  const second = await daemon.run("second");
  await daemon.events(second.id);

  const { code, stdout, stderr } = await list();
  expect(code).toBe(0);
  expect(stderr).toBe("");
  const rows = stdout.trim().split("\n").slice(2);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
    [second.id, "second", "finished"],
    [first.id, "first", "finished"],
  ]);
  const deployed = await almanac(["deploy", "sales", first.id, "--home", daemon.home]);
  expect(deployed.stdout).toContain("sales version 1");

  const limited = await list("--limit", "1", "--json");
  expect(JSON.parse(limited.stdout)).toMatchObject({ runs: [{ id: second.id }] });
  expect(limited.stderr).toContain("There may be older runs; --limit lists more than 1.");
});

test("without a daemon it says how to start one", async () => {
  const { code, stderr } = await almanac(["runs", "--home", `${daemon.home}-none`]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("Start one: almanac serve");
});
