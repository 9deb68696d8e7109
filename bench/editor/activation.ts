import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInHost } from "../../test/e2e/in-host.ts";
import { installedWorkbench } from "../../test/e2e/workbench/install.ts";
import { Workbench } from "../../test/e2e/workbench/server.ts";
import type { BenchResult, BenchRow } from "../result.ts";
import { medianOf } from "./quantiles.ts";

const root = join(import.meta.dirname, "..", "..");
const windows = 5;
const limit = 100;

/**
 * From the editor's call until the extension is active, its code loaded, each time in a new window of a real workbench with an
 * empty folder. Skipped where the workbench of the end-to-end tests is not installed.
 */
export async function activationRows(): Promise<Pick<BenchResult, "rows" | "skipped">> {
  const installation = installedWorkbench();
  if (installation === undefined)
    return {
      rows: [],
      skipped: [{ peer: "the workbench for activation times", install: "run `npm run test:e2e` once" }],
    };
  const folder = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  const workspace = join(folder, "empty");
  mkdirSync(workspace);
  const workbench = await Workbench.create(installation, folder);
  try {
    await workbench.start();
    const suite = join(import.meta.dirname, "activation-suite.cjs");
    const times: number[] = [];
    for (let window = 0; window < windows; window++) {
      const said = await runInHost(workbench, installation.chromium, { workspace, extension: root, suite });
      const [, milliseconds] = /activation: ([\d.]+) ms/.exec(said.join("\n")) ?? [];
      if (milliseconds !== undefined) times.push(Number(milliseconds));
    }
    const median = medianOf(times);
    const row: BenchRow = {
      what: "activation in the workbench, code loaded",
      milliseconds: median,
      limit,
      ratio: limit / median,
    };
    return { rows: [row], skipped: [] };
  } finally {
    await workbench.stop();
    workbench.stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  }
}
