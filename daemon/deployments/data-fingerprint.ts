import { glob, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseExperiment } from "../../protocol/experiment/parse.ts";
import { sha256 } from "../store/blobs.ts";

/** Files an experiment reads, as absolute paths in order; empty where the text is not usable. */
export async function sourceFiles(path: string, text: string): Promise<string[]> {
  const { experiment } = parseExperiment(text, path);
  const declared = experiment ? [experiment.data.source, experiment.data.future ?? []].flat() : [];
  const files: string[] = [];
  for (const source of declared) {
    for await (const file of glob(resolve(dirname(path), source))) files.push(file);
  }
  return files.sort();
}

/**
 * A fingerprint that changes when the experiment or one of its files does, cheap enough for every tick: text, and size
 * and time of last change of each file. Whether the numbers differ is for the run to say.
 */
export async function dataFingerprint(path: string, text: string): Promise<string> {
  const parts = [text];
  for (const file of await sourceFiles(path, text)) {
    const found = await stat(file).catch(() => undefined);
    parts.push(`${file} ${found?.size} ${found?.mtimeMs}`);
  }
  return sha256(parts.join("\n"));
}
