import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../../daemon/server/service/log-file.ts";

const MEBIBYTE = 2 ** 20;
let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-log-"));
  path = join(home, "logs", "daemon.log");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function messages(file: string): string[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg.trimEnd());
}

test("a log starts anew at five mebibytes, keeps three older files, and all are the owner's alone", () => {
  const log = openLog(path);
  for (let line = 0; line < 27; line++) log.info(`line ${line}`.padEnd(MEBIBYTE));
  const folder = join(home, "logs");
  expect(readdirSync(folder).sort()).toEqual(["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"]);
  const kept = ["daemon.log.3", "daemon.log.2", "daemon.log.1", "daemon.log"].flatMap((name) => {
    const { mode, size } = statSync(join(folder, name));
    expect(mode & 0o077).toBe(0);
    expect(size).toBeLessThan(6.1 * MEBIBYTE);
    return messages(join(folder, name));
  });
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => `line ${27 - kept.length + index}`));
  expect(kept.length).toBeGreaterThanOrEqual(16);
});

test("another start goes on in the same file", () => {
  openLog(path).info("first");
  openLog(path).info("second");
  expect(messages(path)).toEqual(["first", "second"]);
});

test("a log that cannot be rotated writes into no other file, and goes on once it can", () => {
  const log = openLog(path);
  log.info("before");
  rmSync(join(home, "logs"), { recursive: true });
  writeFileSync(join(home, "logs"), "a file where the folder was");
  log.info(" ".repeat(6 * MEBIBYTE));
  const other = join(home, "other.txt");
  const file = openSync(other, "a");
  log.info("lost");
  closeSync(file);
  expect(readFileSync(other, "utf8")).toBe("");
  rmSync(join(home, "logs"));
  log.info("after");
  expect(messages(path)).toEqual(["after"]);
});

test("a long word does not hold the daemon up", () => {
  openLog(path).info("x".repeat(5 * MEBIBYTE));
  openLog(path).info("a://b:".repeat(MEBIBYTE / 6));
  expect(messages(path)).toHaveLength(1);
});
