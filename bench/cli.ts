/** `npm run bench -- NAME [--json] [--markdown]`: runs one comparison on this machine and prints its table, as the docs show it if asked. */
import { parseArgs } from "node:util";
import { textTable } from "../daemon/cli/table.ts";
import type { BenchResult, BenchRow } from "./result.ts";

/** Every bench by name; a file is loaded only when its bench is asked for. */
const benches: Readonly<Record<string, () => Promise<{ run(): Promise<BenchResult> }>>> = {
  engine: () => import("./engine.ts"),
  statistical: () => import("./statistical.ts"),
  boosting: () => import("./boosting.ts"),
  data: () => import("./data.ts"),
  accuracy: () => import("./accuracy/accuracy.ts"),
  daemon: () => import("./daemon.ts"),
  editor: () => import("./editor.ts"),
  explain: () => import("./explain.ts"),
  ett: () => import("./ett.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, markdown: { type: "boolean", default: false } },
});
const [name = ""] = positionals;
const load = benches[name];
if (load === undefined) {
  console.error(`npm run bench -- NAME [--json], NAME one of ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 2;
} else {
  const result = await (await load()).run();
  const print = values.json ? console.error : console.log;
  print(`${result.name} on ${result.machine}, ${new Date().toISOString().slice(0, 10)}\n`);
  print(values.markdown ? markdownOf(result.rows) : tableOf(result.rows));
  for (const { peer, install } of result.skipped) print(`skipped: ${peer} is not there; ${install}`);
  if (values.json) console.log(JSON.stringify(result));
}

function tableOf(rows: readonly BenchRow[]): string {
  const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return textTable(
    headings.map((heading) => ({ heading, right: rows.some((row) => typeof row[heading] === "number") })),
    rows.map((row) => headings.map((heading) => cell(row[heading]))),
  );
}

function markdownOf(rows: readonly BenchRow[]): string {
  const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(headings),
    line(headings.map(() => "---")),
    ...rows.map((row) => line(headings.map((heading) => cell(row[heading])))),
  ].join("\n");
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : value;
}
