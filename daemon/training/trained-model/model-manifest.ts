import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { devices } from "../../../protocol/devices.ts";
import { DataError } from "../../../protocol/errors.ts";
import { experimentSchema } from "../../../protocol/experiment/schema.ts";
import type { Member, Winner } from "../../forecasting/ensemble/winner.ts";
import { frequencySchema } from "../../forecasting/panel/frequency-schema.ts";
import type { LoadedData } from "../data/load.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { writeJsonFile } from "../files/write-file.ts";
import { memberFolder } from "../pipeline/fit-winner.ts";
import { saveTilts, tiltsSchema } from "./saved-tilts.ts";

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
      point: z.enum(["mean", "median"]),
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
});

export type ModelManifest = z.infer<typeof modelManifestSchema>;

/** Describes the model of a run; `fitted` are the winner's members that could be fitted on all data. */
export function manifestOf(
  file: ExperimentFile,
  winner: Winner,
  fitted: readonly Member[],
  { panel, fingerprint }: LoadedData,
  { fit }: RunSettings,
  created: Date,
): ModelManifest {
  const tilts = saveTilts(fitted, panel.keys);
  return {
    format: "almanac-model",
    version: 1,
    name: file.name,
    created: created.toISOString(),
    directory: dirname(resolve(file.path)),
    experiment: file.experiment,
    frequency: panel.frequency,
    members: fitted.map((member) => ({
      folder: memberFolder(winner.members.indexOf(member), member.candidate),
      candidate: member.candidate.id,
      model: member.candidate.model,
      weight: member.weight,
      point: member.point,
    })),
    middle: winner.middle,
    tilts,
    calibration: { levels: [...winner.calibration.levels], factors: [...winner.calibration.factors] },
    settings: { ...fit, levels: [...fit.levels], seasons: [...fit.seasons] },
    fingerprint,
  };
}

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
