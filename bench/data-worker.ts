import { readFileSync } from "node:fs";
import { loadPanel } from "../daemon/training/data/load.ts";

/** Reads the CSV named on the command line into a panel and prints seconds and the peak memory of both processes as JSON. */
const [directory, source] = process.argv.slice(2) as [string, string];

let readerPeak = 0;
const watch = setInterval(() => {
  readerPeak = Math.max(readerPeak, childrenPeak());
}, 50);
const start = performance.now();
const { panel } = await loadPanel({
  directory,
  sources: [source],
  time: "date",
  series: ["store"],
  target: "units",
  aggregate: "error",
  missing: { target: "interpolate", covariates: "forward" },
  known: ["price", "promotion", "temperature", "rain"],
  observed: ["competitor", "visitors", "returns"],
  static: [],
  futureSteps: 28,
});
const seconds = (performance.now() - start) / 1000;
clearInterval(watch);
const megabytes = Math.round(readerPeak / 1024 + process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ seconds, megabytes, rows: panel.time.length, series: panel.keys.length }));

/** Largest resident memory that a child of this process has had, in KiB; 0 where the system does not tell. */
function childrenPeak(): number {
  try {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
    const peaks = children.map((pid) => /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    return Math.max(0, ...peaks.map(Number));
  } catch {
    return 0;
  }
}
