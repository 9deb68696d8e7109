import { basename } from "node:path";
import type { ParsedExperiment } from "../../../protocol/experiment/parse.ts";

/** Reads the text of an experiment. The parser is loaded with the first text: an idle daemon does without it. */
export async function parseText(text: string, path: string): Promise<ParsedExperiment> {
  const { parseExperiment } = await import("../../../protocol/experiment/parse.ts");
  return parseExperiment(text, path);
}

/** The experiment's name: its own words, or its file's name. */
export function experimentName({ experiment }: ParsedExperiment, path: string): string {
  return experiment?.experiment ?? basename(path).replace(/\.forecast\.ya?ml$/, "");
}
