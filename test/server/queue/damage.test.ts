import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDaemonFile } from "../../../daemon/server/service/daemon-file.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let home: string;
const open: TestDaemon[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-damage-"));
});
afterEach(async () => {
  for (const daemon of open.splice(0)) await daemon.close();
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<TestDaemon> {
  const daemon = await startTestDaemon({ home });
  open.push(daemon);
  return daemon;
}

/** What starting says, where it does not succeed. */
const complaint = () =>
  startTestDaemon({ home }).then(
    () => undefined,
    (error: { message: string; fix?: string }) => `${error.message} ${error.fix ?? ""}`,
  );

test.each([
  ["text", "this is no database"],
  ["zeros", Buffer.alloc(100_000)],
])("a database file of %s is named, with what to do, and a repaired folder starts", async (_, bytes) => {
  writeFileSync(join(home, "almanac.db"), bytes);
  expect(await complaint()).toMatch(/The database cannot be opened.*almanac\.db whole\? Another folder/);
  rmSync(join(home, "almanac.db"));
  expect((await (await start()).client.listRuns()).items).toEqual([]);
});

test("a database damaged in the middle is noticed at the start", async () => {
  const first = await start();
  for (let run = 0; run < 5; run++) await first.events((await first.run("plain")).id);
  await first.daemon.stop();
  const path = join(home, "almanac.db");
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4_096, bytes.length - 4_096);
  writeFileSync(path, bytes);
  expect(await complaint()).toMatch(/The database cannot be opened/);
});

test("single damaged pages are found at the start, and the file is named", async () => {
  const first = await start();
  for (let run = 0; run < 3; run++) await first.events((await first.run("plain")).id);
  await first.daemon.stop();
  const path = join(home, "almanac.db");
  const whole = readFileSync(path);
  const page = whole.readUInt16BE(16);
  const said: (string | undefined)[] = [];
  for (let from = page; from < whole.length; from += 5 * page) {
    const bytes = Buffer.from(whole);
    bytes.fill(0x5a, from, from + page);
    writeFileSync(path, bytes);
    said.push(await complaint());
  }
  expect(said.length).toBeGreaterThan(3);
  expect(said.filter((words) => words === undefined)).toEqual([]);
  for (const words of said) expect(words).toMatch(/almanac\.db/);
  writeFileSync(path, whole);
  expect((await (await start()).client.listRuns()).items).toHaveLength(3);
});

test("a database that was deleted is made anew; folders of forgotten runs disturb nobody", async () => {
  const first = await start();
  const { id } = await first.run("plain");
  await first.events(id);
  await first.daemon.stop();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `almanac.db${end}`), { force: true });
  const second = await start();
  expect((await second.client.listRuns()).items).toEqual([]);
  await expect(second.client.getForecast({ params: { id } })).rejects.toMatchObject({ status: 404 });
  await second.events((await second.run("plain")).id);
});

test("a data folder that is a file, or below one, is named", async () => {
  const file = join(home, "file");
  writeFileSync(file, "");
  for (const folder of [file, join(file, "below")]) {
    await expect(startTestDaemon({ home: folder })).rejects.toThrow(/The data folder .* cannot be written/);
  }
});

// Nothing is read-only to root.
test.skipIf(process.getuid?.() === 0)("a read-only data folder is named", async () => {
  chmodSync(home, 0o500);
  expect(await complaint()).toMatch(/The data folder .* cannot be written.*Name another with --home/);
});

test("what a killed daemon left behind, its process's number used again by another, does not keep the next from starting", async () => {
  const program = fileURLToPath(new URL("../fixtures/daemon.ts", import.meta.url));
  const child = spawn(process.execPath, [program, home], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  const left = readDaemonFile(home)!;
  writeFileSync(join(home, "daemon.json"), JSON.stringify({ ...left, pid: process.ppid }));
  const { daemon } = await start();
  expect(readDaemonFile(home)).toMatchObject({ url: daemon.url, pid: process.pid });
  expect(readFileSync(daemon.tokenFile, "utf8")).toBe(daemon.token);
});

test("of many that start at once, one serves and the others are told where", async () => {
  mkdirSync(join(home, "logs"));
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => startTestDaemon({ home })));
  const serving = outcomes.filter((outcome) => outcome.status === "fulfilled");
  open.push(...serving.map(({ value }) => value));
  expect(serving).toHaveLength(1);
  const { url } = serving[0]!.value.daemon;
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ running: { url } });
  }
});
