import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../../../protocol/errors.ts";
import type { FittedForecaster, SavedForecaster } from "../../forecasting/models/forecaster.ts";
import { forecasterNamed } from "../../forecasting/models/registry.ts";

const stateFile = "model.json";

const savedSchema = z.object({ model: z.string(), state: z.unknown() });

/** Writes a fitted model into a folder of its own: `model.json` and its files (ONNX graphs, arrays). */
export async function saveModel(saved: SavedForecaster, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, bytes] of Object.entries(saved.files)) await writeFile(join(directory, name), bytes);
  await writeFile(join(directory, stateFile), JSON.stringify({ model: saved.model, state: saved.state }));
}

/** Makes one model in `directory` of the parts of a model of single series, in this order, and removes their folders. */
export async function joinModels(folders: readonly string[], directory: string): Promise<void> {
  const parts: SavedForecaster[] = [];
  for (const folder of folders) {
    const text = await readFile(join(folder, stateFile), "utf8");
    parts.push({ ...savedSchema.parse(JSON.parse(text)), files: {} });
  }
  await saveModel(forecasterNamed(parts[0]!.model).join!(parts), directory);
  for (const folder of folders) await rm(folder, { recursive: true });
}

/** When the model in a folder was written, in milliseconds since 1970. */
export async function lastChange(directory: string): Promise<number> {
  return (await stat(join(directory, stateFile))).mtimeMs;
}

/** Reads a model that `saveModel` wrote. Throws where the folder holds none. */
export async function loadModel(directory: string): Promise<FittedForecaster> {
  const { model, state } = savedSchema.parse(JSON.parse(await readFile(join(directory, stateFile), "utf8")));
  const files: Record<string, Uint8Array> = {};
  for (const name of await readdir(directory)) {
    if (name !== stateFile) files[name] = new Uint8Array(await readFile(join(directory, name)));
  }
  try {
    return await forecasterNamed(model).load({ model, state, files });
  } catch (cause) {
    throw new DataError(`The model in ${directory} was saved by another version of Almanac, or is damaged.`, {
      code: "model-damaged",
      file: directory,
      fix: "Run the experiment again.",
      cause,
    });
  }
}
