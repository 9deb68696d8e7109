import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Reader } from "../../../daemon/training/data/reader.ts";

let directory: string;
let reader: Reader;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-reader-"));
  writeFileSync(join(directory, "data.csv"), "date,units\n2026-01-01,3\n2026-01-02,4\n");
  reader = new Reader({ keep: true });
});
afterEach(() => {
  reader.close();
  rmSync(directory, { recursive: true, force: true });
});

const describeData = (query?: string) => {
  const job = { request: { directory, sources: ["data.csv"], query }, temporary: directory };
  return reader.read("describe", job, { signal: undefined, timeoutMs: 600_000 });
};

/** Processes that this one has started. */
function children(): number[] {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

const endless = "SELECT DATE '2026-01-01' AS date, count(*) AS units FROM range(10000000000) a, range(1000) b";

test.skipIf(process.platform !== "linux")("one process does one job after the other, until a job fails", async () => {
  const before = children();
  const own = () => children().filter((pid) => !before.includes(pid));
  expect((await describeData()).description.rows).toBe(2);
  const [first] = own();
  await describeData();
  expect(own()).toEqual([first]);
  await expect(describeData("SELECT nothing FROM source")).rejects.toMatchObject({ tag: "data" });
  await expect.poll(own).toEqual([]);
});

test.skipIf(process.platform !== "linux")("a process that dies is an error of the data with the file", async () => {
  const before = children();
  const reading = describeData(endless);
  const [pid] = children().filter((child) => !before.includes(child));
  process.kill(pid!, "SIGSEGV");
  await expect(reading).rejects.toMatchObject({
    tag: "data",
    code: "reader-crashed",
    file: "data.csv",
    message: "Reading data.csv failed. The reading process ended early (signal SIGSEGV).",
  });
});
