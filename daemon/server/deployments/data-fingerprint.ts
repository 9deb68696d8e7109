import { stat } from "node:fs/promises";
import { sha256 } from "../../training/files/digest.ts";

/**
 * A fingerprint that changes when the text of an experiment or one of its files does, cheap enough for every tick: text, and
 * size and time of last change of each file. Whether the numbers differ is for the run to say.
 */
export async function dataFingerprint(text: string, files: readonly string[]): Promise<string> {
  const parts = [text];
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    parts.push(`${file} ${found?.size} ${found?.mtimeMs}`);
  }
  return sha256(parts.join("\n"));
}
