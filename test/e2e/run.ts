import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageExtension } from "../../scripts/package.ts";
import { runInHost } from "./in-host.ts";
import { checkRestricted } from "./restricted.ts";
import { walk } from "./walk.ts";
import { installWorkbench } from "./workbench/install.ts";
import { Workbench } from "./workbench/server.ts";
import { Window } from "./workbench/window.ts";

const root = join(import.meta.dirname, "..", "..");
const shots = join(root, "out", "screenshots");

/** Screenshots that the README shows, by their names in docs/images. */
const images: Readonly<Record<string, string>> = {
  "02-quick-fix": "quick-fix",
  "03-completion": "completion",
  "04-hover": "column",
  "05-live": "training",
  "07-preview": "preview",
  "08-compare": "compare",
  "09-light": "light",
  "10-high-contrast": "high-contrast",
  "11-dark": "dark",
  "14-explain": "explain",
  "15-what-if": "what-if",
};

/**
 * Drives the packed extension in a real workbench: code-server with Chromium. Set ALMANAC_VSIX to test a package that
 * exists; screenshots of every step lie in out/screenshots, and with `--images` those of the README are renewed from them.
 */
async function main(): Promise<void> {
  const installation = installWorkbench();
  const vsix = process.env.ALMANAC_VSIX ?? packageExtension();
  const folder = mkdtempSync(join(tmpdir(), "almanac-e2e-"));
  const workspace = join(folder, "workspace");
  prepare(workspace);
  const workbench = await Workbench.create(installation, folder);
  workbench.install(vsix);
  const restricted = await Workbench.create(installation, join(folder, "restricted"));
  restricted.install(vsix);
  await workbench.start();
  const suite = join(import.meta.dirname, "in-host", "suite.cjs");
  const said = await runInHost(workbench, installation.chromium, { workspace, extension: workbench.extension, suite });
  for (const line of said.filter((words) => words.includes("activation"))) console.log(`  ${line}`);
  console.log("✓ inside the extension host");
  const window = await Window.open(installation.chromium, `${workbench.url}/?folder=${workspace}`, shots);
  try {
    await walk({ window, workbench, workspace });
    await window.close();
    await checkRestricted(restricted, installation.chromium, workspace, shots);
    console.log("✓ restricted mode");
    if (process.argv.includes("--images")) renewImages();
    console.log("\nThe walk through the workbench is complete.");
  } catch (error) {
    await window.shot("failure").catch(() => {});
    console.error(`\n${error instanceof Error ? error.message : String(error)}\nSee ${join(shots, "failure.png")}.`);
    process.exitCode = 1;
  } finally {
    await window.close();
    await workbench.stop();
    await restricted.stop();
    workbench.stopDaemon();
    if (process.env.ALMANAC_E2E_KEEP === undefined) rmSync(folder, { recursive: true, force: true });
    else console.error(`kept ${folder}`);
  }
}

function renewImages(): void {
  for (const [shot, name] of Object.entries(images))
    cpSync(join(shots, `${shot}.png`), join(root, "docs", "images", `editor-${name}.png`));
}

/** The retail example with cheap models and one mistake for the quick fix. */
function prepare(workspace: string): void {
  mkdirSync(workspace, { recursive: true });
  for (const name of ["retail.csv", "retail.forecast.yaml"])
    cpSync(join(root, "examples", "retail", name), join(workspace, name));
  const file = join(workspace, "retail.forecast.yaml");
  const text = readFileSync(file, "utf8")
    .replace("target: units", "target: unis")
    .replace("models: auto", "models: \n    - seasonal-naive\n    - auto-ets\n    - boosting")
    .replace("budget: 5 minutes", "budget: 1 minute")
    .replace("horizon: 4 weeks", "horizon: 14");
  writeFileSync(file, text);
}

await main();
