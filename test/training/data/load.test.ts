import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { describeSource, loadPanel } from "../../../daemon/training/data/load.ts";
import { Reader } from "../../../daemon/training/data/reader.ts";
import { readSnapshot, writeSnapshot } from "../../../daemon/training/data/snapshot.ts";
import { DataError } from "../../../protocol/errors.ts";
import { daily, inFolder, plainRequest, read } from "./sandbox.ts";

const text =
  "date,shop,y,p,o,r\n2024-01-01,a,1,1,x,n\n2024-01-02,a,,2,y,n\n2024-01-03,a,3,3,x,n\n2024-01-04,a,,4,,n\n2024-01-02,b,5,5,x,s\n2024-01-03,b,6,6,x,s\n";
const request = {
  ...plainRequest,
  series: ["shop"],
  known: ["p"],
  observed: ["o"],
  static: ["r"],
  calendar: { country: "DE" },
};

async function failure(promise: Promise<unknown>): Promise<DataError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataError);
  return error as DataError;
}

describe("the reading process", () => {
  test("hands over the same panel as reading in this process", async () => {
    const here = await read(text, request);
    await inFolder({ "data.csv": text }, async (directory) => {
      const loaded = await loadPanel({ ...request, directory });
      expect(loaded.panel).toEqual(here.panel);
      expect(loaded.fingerprint).toBe(here.fingerprint);
      expect(loaded.warnings.map((warning) => warning.code)).toEqual(["gaps-filled", "known-without-future"]);
      expect(loaded.snapshot).toBeUndefined();
    });
  });

  test("keeps the snapshot where a folder is named", async () => {
    await inFolder({ "data.csv": text }, async (directory) => {
      const snapshotDirectory = path.join(directory, "panels");
      const { panel, snapshot } = await loadPanel({ ...request, directory }, { snapshotDirectory });
      expect(await readSnapshot(snapshot!)).toEqual(panel);
      expect(readdirSync(snapshotDirectory)).toEqual([path.basename(snapshot!)]);
    });
  });

  test("passes errors with their place", async () => {
    await inFolder({ "data.csv": daily([1, "x", 3]) }, async (directory) => {
      const error = await failure(loadPanel({ ...plainRequest, directory }));
      expect(error).toMatchObject({ code: "bad-number", file: "data.csv", column: "y", row: 2, value: "x" });
      expect(error.fix).toBeTruthy();
    });
  });

  const endless = "SELECT DATE '2024-01-01' AS date, count(*) AS y FROM range(10000000000) a, range(1000) b";

  test("ends at once when aborted, with the reason", async () => {
    await inFolder({ "data.csv": text }, async (directory) => {
      const controller = new AbortController();
      // Aborts once the reading process has the job.
      const reader = new Reader();
      const read = reader.read.bind(reader);
      reader.read = (...parameters) => {
        const reading = read(...parameters);
        controller.abort(new Error("enough"));
        return reading;
      };
      const { signal } = controller;
      const loading = loadPanel({ ...plainRequest, directory, query: endless }, { signal, reader });
      await expect(loading).rejects.toThrow("enough");
    });
  });

  test("ends with an error when it takes too long", async () => {
    await inFolder({ "data.csv": text }, async (directory) => {
      const error = await failure(loadPanel({ ...plainRequest, directory, query: endless }, { timeoutMs: 1500 }));
      expect(error.code).toBe("timeout");
      expect(error.message).toBe("Reading the data took longer than 2 seconds and was stopped.");
    });
  });

  test("a query that needs too much memory is an error, not a crash of this process", async () => {
    await inFolder({ "data.csv": text }, async (directory) => {
      const query = "SELECT DATE '2024-01-01' AS date, len(list(a)) AS y FROM range(1000000000) r(a)";
      const error = await failure(loadPanel({ ...plainRequest, directory, query }));
      expect(error.code).toBe("out-of-memory");
    });
  });

  test("leaves no temporary files", async () => {
    await inFolder({ "data.csv": text }, async (directory) => {
      await loadPanel({ ...request, directory });
      expect(readdirSync(directory)).toEqual(["data.csv"]);
    });
  });
});

describe("snapshots", () => {
  const withSnapshot = (use: (file: string, panel: Panel) => Promise<void>) =>
    inFolder({}, async (directory) => {
      const { panel } = await read(text, request);
      await use(await writeSnapshot(panel, directory), panel);
    });

  test("name their content: the same panel has the same file", async () => {
    await withSnapshot(async (file, panel) => {
      expect(path.basename(file)).toMatch(/^[0-9a-f]{64}\.arrow$/);
      expect(await writeSnapshot(panel, path.dirname(file))).toBe(file);
      expect(readdirSync(path.dirname(file))).toHaveLength(1);
    });
  });

  test("a truncated or changed file is refused", async () => {
    await withSnapshot(async (file) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.subarray(0, bytes.length - 40));
      expect((await failure(readSnapshot(file))).code).toBe("snapshot-damaged");
      bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 1;
      writeFileSync(file, bytes);
      expect((await failure(readSnapshot(file))).message).toMatch(/its checksum does not match\.$/);
    });
  });

  test("a missing file says what to do", async () => {
    const error = await failure(readSnapshot("/nowhere/x.arrow"));
    expect(error).toMatchObject({ code: "snapshot-missing", fix: expect.stringMatching(/Run the experiment again/) });
  });

  test("a folder that cannot be written is named", async () => {
    await inFolder({ file: "" }, async (directory) => {
      const { panel } = await read(text, request);
      const error = await failure(writeSnapshot(panel, path.join(directory, "file", "panels")));
      expect(error.code).toBe("snapshot-not-written");
    });
  });
});

describe("describing a source", () => {
  test("kinds, shares, ranges and samples of all columns", async () => {
    const table = "day;shop;units;promo\n31.12.2023;b;1,5;yes\n01.01.2024;a;;no\n02.01.2024;a;10;no\n";
    await inFolder({ "sales.csv": table }, async (directory) => {
      const description = await describeSource({ directory, sources: ["sales.csv"] });
      expect(description).toMatchObject({ files: ["sales.csv"], rows: 3, rowsLooked: 3 });
      expect(description.columns).toMatchObject([
        { name: "day", kind: "time", missing: 0, distinct: 3, minimum: "31.12.2023", maximum: "02.01.2024" },
        { name: "shop", kind: "text", distinct: 2, minimum: "a", maximum: "b", samples: ["a", "b"] },
        { name: "units", kind: "number", missing: 1 / 3, distinct: 2, minimum: "1,5", maximum: "10" },
        { name: "promo", kind: "boolean", distinct: 2, samples: ["no", "yes"] },
      ]);
    });
  });
});
