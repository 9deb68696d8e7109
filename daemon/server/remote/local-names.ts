import { dirname } from "node:path";
import { z } from "zod";
import type { Experiment } from "../../../protocol/experiment/schema.ts";

/** Where an experiment that ran elsewhere belongs. */
export interface Home {
  /** Name of the daemon that carried it out. */
  readonly remote: string;
  /** Absolute path of the experiment file here. */
  readonly path: string;
  /** Its text as it stands here. */
  readonly text: string;
  readonly experiment: Experiment;
}

const settingsSchema = z.looseObject({
  data: z.record(z.string(), z.unknown()),
  train: z.record(z.string(), z.unknown()).optional(),
});

const manifestSchema = z.looseObject({ directory: z.string(), experiment: settingsSchema });

/** Settings as resolved on the remote machine, with the places they have here. */
function localSettings(settings: unknown, { experiment, remote }: Home): z.infer<typeof settingsSchema> {
  const { data, train, ...rest } = settingsSchema.parse(settings);
  const { source, future, region } = experiment.data;
  const places = { source, ...(future === undefined ? {} : { future }), ...(region === undefined ? {} : { region }) };
  return { ...rest, data: { ...data, ...places }, ...(train === undefined ? {} : { train: { ...train, on: remote } }) };
}

/** What `run.json` and the report say of the experiment, with its file and sources here. */
export function localExperiment<T extends object>(experiment: T, home: Home): T {
  const { settings } = z.looseObject({ settings: z.unknown() }).parse(experiment);
  return { ...experiment, file: home.path, ...(settings ? { settings: localSettings(settings, home) } : {}) };
}

/** A model's manifest whose data are found here, so that `predict`, `explain` and `what-if` work on the model. */
export function localManifest(manifest: unknown, home: Home): unknown {
  const parsed = manifestSchema.parse(manifest);
  return { ...parsed, directory: dirname(home.path), experiment: localSettings(parsed.experiment, home) };
}
