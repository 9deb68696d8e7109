import { glob } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseText } from "./parse-text.ts";

/** Files an experiment reads, as absolute paths in order; empty where the text is not usable. */
export async function sourceFiles(path: string, text: string): Promise<string[]> {
  const { experiment } = await parseText(text, path);
  const declared = experiment ? [experiment.data.source, experiment.data.future ?? []].flat() : [];
  return filesOf(path, declared);
}

/** Files that sources of an experiment name, globs resolved. */
export async function filesOf(path: string, sources: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const source of sources) {
    for await (const file of glob(resolve(dirname(path), source))) files.push(file);
  }
  return files.sort();
}
