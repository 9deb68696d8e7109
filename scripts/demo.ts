/** `npm run demo`: trains the shipped examples, prints each leaderboard and names each report. Takes under three minutes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Examples with a budget that keeps the whole demo short; their own files allow themselves more. */
const examples = [
  { file: "air-passengers/air-passengers", budget: "15s" },
  { file: "seattle-weather/seattle-weather", budget: "30s" },
  { file: "retail/retail", budget: "60s" },
] as const;

for (const { file, budget } of examples) {
  const path = join("examples", `${file}.forecast.yaml`);
  console.log(`\n▸ almanac run ${path} --budget ${budget}\n`);
  const { status } = spawnSync(process.execPath, ["bin/almanac.mjs", "run", path, "--budget", budget], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`demo: ${path} ended with exit code ${status}`);
    process.exit(status ?? 1);
  }
}
console.log("\nOpen a report in any browser; each one is a single file that needs no network.");
