import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskBlobStore } from "../../../daemon/server/store/blobs.ts";
import { idPattern, newId } from "../../../daemon/server/store/ids.ts";
import { writeAtomically } from "../../../daemon/training/files/atomic-file.ts";
import { DiskTaskCache } from "../../../daemon/training/files/task-cache.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

function filesUnder(root: string): string[] {
  const found = readdirSync(root, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test("identifiers ascend within a process and match their pattern", () => {
  const ids = Array.from({ length: 5_000 }, () => newId("run"));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => idPattern.test(id))).toBe(true);
});

test("the same bytes are kept once, and damage is noticed", async () => {
  const blobs = new DiskBlobStore(folder);
  const digest = await blobs.put(bytes("forecast"));
  expect(await blobs.put(bytes("forecast"))).toBe(digest);
  expect(filesUnder(folder)).toHaveLength(1);
  expect(await blobs.get(digest)).toEqual(Buffer.from("forecast"));
  expect(await blobs.get("0".repeat(64))).toBeUndefined();
  writeFileSync(filesUnder(folder)[0]!, "forecasT");
  await expect(blobs.get(digest)).rejects.toThrow(/damaged/);
});

test.each(["../../etc/passwd", "A".repeat(64), "", `${"a".repeat(63)}/`])("%j names no blob", async (digest) => {
  await expect(new DiskBlobStore(folder).get(digest)).rejects.toThrow(/64 hexadecimal/);
});

test("a cached result survives, a damaged or cut one is a miss", async () => {
  const cache = new DiskTaskCache(folder);
  await cache.put("run of ets on fold 1", bytes("42"));
  expect(await cache.get("run of ets on fold 1")).toEqual(bytes("42"));
  expect(await cache.get("run of ets on fold 2")).toBeUndefined();
  const [file] = filesUnder(folder);
  const whole = readFileSync(file!);
  writeFileSync(file!, whole.subarray(0, whole.length - 1));
  expect(await cache.get("run of ets on fold 1")).toBeUndefined();
  writeFileSync(file!, "");
  expect(await cache.get("run of ets on fold 1")).toBeUndefined();
});

test("a write that fails leaves neither the file nor a part of it", async () => {
  const path = join(folder, "taken");
  await writeAtomically(join(path, "child"), "x");
  await expect(writeAtomically(path, "y")).rejects.toThrow();
  expect(filesUnder(folder)).toEqual([join(path, "child")]);
});
