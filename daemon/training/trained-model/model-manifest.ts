import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { devices } from "../../../protocol/devices.ts";
import { DataError } from "../../../protocol/errors.ts";
import { experimentSchema } from "../../../protocol/experiment/schema.ts";
import { points } from "../../forecasting/ensemble/point-forecast.ts";
import { frequencySchema } from "../../forecasting/panel/frequency-schema.ts";
import { writeJsonFile } from "../files/write-file.ts";
import { tiltsSchema } from "./saved-tilts.ts";

const manifestFile = "manifest.json";

const levels = z.array(z.number());

/** What `predict` needs beside the members' own files: how they were combined and for which data. */
export const modelManifestSchema = z.object({
  format: z.literal("almanac-model"),
  version: z.literal(1),
  name: z.string(),
  created: z.string(),
  /** Folder that relative paths of the experiment start from. */
  directory: z.string(),
  experiment: experimentSchema,
  frequency: frequencySchema,
  members: z.array(
    z.object({
      folder: z.string(),
      candidate: z.string(),
      model: z.string(),
      weight: z.number(),
      point: z.enum(points),
    }),
  ),
  /** Share of the members' median in every value; models of earlier versions are weighted averages. */
  middle: z.number().min(0).max(1).default(0),
  /** How the members' weights differ by series and step; left out where they do not. */
  tilts: tiltsSchema.optional(),
  calibration: z.object({ levels, factors: z.array(z.number()) }),
  settings: z.object({
    horizon: z.int(),
    gap: z.int(),
    levels,
    seasons: z.array(z.int()),
    seed: z.int(),
    device: z.enum(devices),
    threads: z.int(),
    bounds: z.object({
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      integer: z.boolean().optional(),
    }),
  }),
  fingerprint: z.string(),
  /** File with the newest history, which fresh rows are put behind; models of earlier versions have none. */
  history: z
    .string()
    .regex(/^[0-9a-f]{64}\.arrow$/)
    .optional(),
});

export type ModelManifest = z.infer<typeof modelManifestSchema>;

/** Writes the manifest of a trained model into its folder. */
export function writeManifest(manifest: ModelManifest, directory: string): Promise<void> {
  return writeJsonFile(join(directory, manifestFile), manifest);
}

/** Reads the manifest of a model folder, or of the `model` folder inside a run's folder. */
export async function readManifest(directory: string): Promise<{ manifest: ModelManifest; directory: string }> {
  for (const folder of [directory, join(directory, "model")]) {
    const text = await readFile(join(folder, manifestFile), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const parsed = modelManifestSchema.safeParse(JSON.parse(text));
    if (parsed.success) return { manifest: parsed.data, directory: folder };
    throw new DataError(`${join(folder, manifestFile)} is not a model of this version of Almanac.`, {
      code: "model-damaged",
      file: join(folder, manifestFile),
      fix: "Run the experiment again.",
    });
  }
  throw new DataError(`${directory} holds no trained model.`, {
    code: "no-model",
    file: directory,
    fix: "Give the folder that `almanac run --out` wrote, or its model folder.",
  });
}
