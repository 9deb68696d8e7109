import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { predictionTable } from "../../../daemon/server/deployments/prediction-table.ts";
import { Predictor } from "../../../daemon/server/deployments/predictor.ts";
import { DataError, EngineError } from "../../../protocol/errors.ts";
import { fixtureProcesses } from "../test-daemon.ts";

let folder: string;
let predictor: Predictor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-predictor-"));
  writeFileSync(join(folder, "level.json"), '{"level": 3}');
  predictor = new Predictor({ entry: fixtureProcesses.predictionProcess, processes: 1 });
});
afterEach(() => {
  predictor.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (row: Record<string, string | number | boolean>) =>
  predictor.predict(folder, { rows: [row], explain: false });

/** What a prediction is rejected with. */
const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a forecast comes as numbers, and as the table that callers are sent", async () => {
  const output = await ask({ store: "007", units: 4 });
  expect(output.forecast.mean).toEqual(Float64Array.of(3, 3));
  expect(predictionTable(output)).toEqual({
    columns: ["store", "date", "mean", "point", "q0.1", "q0.9"],
    rows: [
      ["007", "2026-01-02", 3, 3, 2, 4],
      ["007", "2026-01-03", 3, 3, 2, 4],
    ],
  });
});

test("every error is what the process threw", async () => {
  const data = await rejectionOf(ask({ store: "1" }));
  expect(data).toBeInstanceOf(DataError);
  expect(data).toMatchObject({ code: "missing-column", column: "units", row: 1, fix: "Send it." });
  const engine = await rejectionOf(ask({ fail: true }));
  expect(engine).toBeInstanceOf(EngineError);
  expect(engine).toMatchObject({ message: "The device is gone.", fix: "Use the CPU." });
  rmSync(join(folder, "level.json"));
  expect(await rejectionOf(ask({ units: 1 }))).toMatchObject({
    tag: "engine",
    message: expect.stringMatching(/ENOENT/),
  });
});

test("a process that dies fails what it was asked, and the next question starts another", async () => {
  const [died, beside] = await Promise.all([rejectionOf(ask({ die: true })), rejectionOf(ask({ die: true }))]);
  for (const error of [died, beside]) {
    expect(error).toMatchObject({
      message: "The prediction process ended early (exit code 9).",
      fix: "Try again.",
    });
  }
  expect((await ask({ units: 1 })).keys).toEqual([["undefined"]]);
  expect(predictor.pids).toHaveLength(1);
});
