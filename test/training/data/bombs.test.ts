import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { read } from "./sandbox.ts";

/** Letters that unpack to 64 MiB, then the start of a second gzip member that is damaged: whoever unpacks all of them fails. */
const letters = Buffer.concat([gzipSync(Buffer.alloc(64 * 2 ** 20, "a")), Buffer.from([0x1f, 0x8b, 0xff, 0xff])]);

test("a compressed file whose first line never ends is refused before it fills the memory", async () => {
  await expect(read({ "data.csv.gz": letters }, { sources: ["data.csv.gz"] })).rejects.toMatchObject({
    code: "line-too-long",
  });
});

test("a small compressed file whose header is long is read", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `${index}-${"x".repeat(10_000)}`).join(",");
  const rows = Array.from({ length: 6 }, (_, day) => `2024-01-0${day + 1},${day}${",1".repeat(40)}`).join("\n");
  const bytes = gzipSync(`date,y,${names}\n${rows}\n`);
  const { panel } = await read({ "data.csv.gz": bytes }, { sources: ["data.csv.gz"] });
  expect(panel.history[0]).toBe(6);
});

test("Parquet and JSON that are not what they claim are refused", async () => {
  const claims = Buffer.concat([
    Buffer.from("PAR1"),
    Buffer.alloc(64, 0xff),
    Buffer.from([0xff, 0xff, 0xff, 0x7f]),
    Buffer.from("PAR1"),
  ]);
  await expect(read({ "data.parquet": claims }, { sources: ["data.parquet"] })).rejects.toMatchObject({
    name: "DataError",
  });
  const deep = `${"[".repeat(1e6)}${"]".repeat(1e6)}`;
  await expect(read({ "data.json": deep }, { sources: ["data.json"] })).rejects.toMatchObject({ name: "DataError" });
});
