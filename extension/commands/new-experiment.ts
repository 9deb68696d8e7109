import { pickDataFile, showError } from "../editor/dialogs.ts";
import { createFile, openFile } from "../editor/files.ts";
import type { Host } from "../host.ts";
import { draftExperiment } from "../language/messages.ts";
import { experimentOf } from "./target.ts";

/** Writes an experiment beside a data file, with the roles of its columns guessed, and opens it. */
export async function newExperiment(host: Host, given?: unknown): Promise<void> {
  const data = given === undefined ? await pickDataFile() : await experimentOf(given);
  if (data === undefined) return;
  const text = await (await host.language).ask<string>(draftExperiment, { dataFile: data });
  if (text === "") {
    await showError(`${data} could not be read.`);
    return;
  }
  const path = await firstFree(data.replace(/(\.(csv|tsv|parquet|json|ndjson))(\.gz)?$/i, ""), text);
  await openFile(path);
}

async function firstFree(stem: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? "" : `-${number}`}.forecast.yaml`;
    if (await createFile(path, text)) return path;
  }
}
