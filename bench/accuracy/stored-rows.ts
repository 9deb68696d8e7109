import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { sharedData } from "../shared-data.ts";

const rowSchema = z.object({
  set: z.string(),
  tool: z.string(),
  /** Wall clock allowed, seconds, and the cores it ran on. */
  budget: z.number(),
  cores: z.number(),
  date: z.string(),
  machine: z.string(),
  /** Why there is no score. */
  failed: z.string().optional(),
  mase: z.number().optional(),
  smape: z.number().optional(),
  wql: z.number().optional(),
  coverage80: z.number().optional(),
  seconds: z.number(),
  /** Largest memory of all processes together, MiB. */
  memory: z.number().optional(),
});

/** One tool on one set, as measured. */
export type AccuracyRow = z.infer<typeof rowSchema>;

const folder = path.basename(sharedData);

/** Each data folder has rows of its own, by its last name: those of `data` are in accuracy.json, of `other-sets` in accuracy-other-sets.json. */
const file = path.join(
  import.meta.dirname,
  "..",
  "results",
  folder === "data" ? "accuracy.json" : `accuracy-${folder}.json`,
);

/** Rows measured so far. */
export function storedRows(): AccuracyRow[] {
  return existsSync(file) ? z.array(rowSchema).parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

/** Puts a row in the place of the one with the same set, tool, budget and cores, so that a long bench can be taken in parts. */
export function storeRow(row: AccuracyRow): void {
  const others = storedRows().filter((one) => key(one) !== key(row));
  const rows = [...others, row].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  writeFileSync(file, `[\n${rows.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]\n`);
}

function key({ set, tool, budget, cores }: AccuracyRow): string {
  return [set, tool, budget, cores].join(" ");
}
