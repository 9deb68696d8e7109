import { complete } from "../extension/language/service/completion.ts";
import { diagnose } from "../extension/language/service/diagnostics.ts";
import { openDocument } from "../extension/language/service/document.ts";
import type { Facts } from "../extension/language/service/facts.ts";
import { hover } from "../extension/language/service/hover.ts";
import type { DataFacts } from "../protocol/facts.ts";
import models from "../protocol/generated/models.json" with { type: "json" };
import build from "../test/fixtures/build.ts";
import { activationRows } from "./editor/activation.ts";
import { longExperiment } from "./editor/long-experiment.ts";
import { pageRows } from "./editor/pages.ts";

import { timesRow } from "./editor/quantiles.ts";
import { serverRows } from "./editor/server.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

/** Keystrokes measured; the first ones warm up and do not count. */
const keystrokes = 200;
const warmUp = 20;

/** Longest time after a keystroke that feels immediate, in milliseconds. */
const limit = 50;

/**
 * How fast the editor answers: the language service alone and through its server, the pages in a browser, and activation in a
 * real workbench. The peer of a row is its limit.
 */
export async function run(): Promise<BenchResult> {
  build();
  const { rows: activation, skipped } = await activationRows();
  const pages = await pageRows();
  const rows = [...activation, ...languageRows(), ...(await serverRows()), ...pages.rows];
  return { name: "editor", machine: machineName(), rows, skipped: [...skipped, ...pages.skipped] };
}

function languageRows(): BenchRow[] {
  const text = longExperiment("long.csv");
  const facts = factsOf(text);
  const end = text.indexOf("known:") + 20;
  return [
    row("diagnostics, 200 lines, 190 columns", () => void diagnose(openDocument(text, "a.forecast.yaml"), facts)),
    row("completion of a column", () => void complete(openDocument(text, "a.forecast.yaml"), end, facts)),
    row("hover over a column", () => void hover(openDocument(text, "a.forecast.yaml"), end, facts)),
  ];
}

/** What happens after a keystroke: the text is parsed anew each time. */
function row(what: string, act: () => void): BenchRow {
  const times = Array.from({ length: keystrokes }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return timesRow(what, times.slice(warmUp), limit);
}

function factsOf(text: string): Facts {
  const names = ["date", "store", "units", ...[...text.matchAll(/factor_\d+/g)].map(([name]) => name)];
  const columns = names.map((name): DataFacts["columns"][number] => ({
    name,
    type: name === "date" ? "time" : name === "store" ? "text" : "number",
    missing: 0.01,
    examples: [],
    profile: Array.from({ length: 60 }, (_, index) => Math.sin(index)),
  }));
  const futureOf = Object.fromEntries(names.slice(3).map((name, index) => [name, index % 3 === 0 ? 0 : 28]));
  const panel = { series: 10, shortest: 400, longest: 900, frequency: "day", seasons: [7, 365], start: "2023-01-01" };
  return {
    models,
    files: ["long.csv"],
    remotes: [],
    data: {
      rows: 9000,
      columns,
      panel: { ...panel, end: "2025-06-30", futureSteps: 28, futureOf, leaks: [], varying: [] },
    },
  };
}
