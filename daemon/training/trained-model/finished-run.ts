import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../../../protocol/errors.ts";
import { shortProblemSchema } from "../../../protocol/problem.ts";
import { leaderboardRowSchema, totalsSchema } from "../../../protocol/report.ts";

const runJsonSchema = z.looseObject({
  id: z.string(),
  started: z.string(),
  seconds: z.number(),
  seed: z.number(),
  device: z.string(),
  fingerprint: z.string(),
  winner: z.string(),
  score: z.number().nullable(),
  totals: totalsSchema.optional(),
  warnings: z.array(shortProblemSchema).default([]),
  experiment: z.looseObject({
    name: z.string(),
    metric: z.string(),
    horizon: z.number(),
    settings: z.record(z.string(), z.unknown()),
  }),
});

const explanationsFileSchema = z.object({
  factors: z.array(z.string()),
  exact: z.boolean(),
  global: z.array(z.object({ factor: z.string(), meanAbs: z.number(), direction: z.number().nullable() })),
  interactions: z.array(z.object({ factors: z.tuple([z.string(), z.string()]), meanAbs: z.number() })).default([]),
  permutation: z.array(z.looseObject({ factor: z.string(), drop: z.number(), deviation: z.number() })).default([]),
  forecasts: z.array(
    z.object({
      series: z.record(z.string(), z.string()),
      time: z.string(),
      model: z.string(),
      baseline: z.number(),
      prediction: z.number(),
      contributions: z.record(z.string(), z.number()),
    }),
  ),
});

/** What a finished run left in its folder. */
export type RunSummary = z.infer<typeof runJsonSchema>;
export type ExplanationsFile = z.infer<typeof explanationsFileSchema>;

/** Reads `run.json` of a run's folder. Throws a DataError where the folder holds no finished run. */
export function readRun(directory: string): Promise<RunSummary> {
  return readJson(directory, "run.json", runJsonSchema, "Give the folder that `almanac run --out` wrote.");
}

/** Reads `leaderboard.json` of a run's folder. */
export function readLeaderboard(directory: string): Promise<z.infer<typeof leaderboardRowSchema>[]> {
  return readJson(directory, "leaderboard.json", z.array(leaderboardRowSchema), "Run the experiment again.");
}

/** Reads `explanations.json` of a run's folder. */
export function readExplanations(directory: string): Promise<ExplanationsFile> {
  return readJson(directory, "explanations.json", explanationsFileSchema, "Run the experiment with `explain: true`.");
}

async function readJson<T>(directory: string, name: string, schema: z.ZodType<T>, fix: string): Promise<T> {
  const file = join(directory, name);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) throw new DataError(`There is no ${file}.`, { code: "no-such-output", file, fix });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError(`${file} was not written by this version of Almanac, or is damaged.`, {
      code: "output-damaged",
      file,
      fix: "Run the experiment again.",
      cause,
    });
  }
}
