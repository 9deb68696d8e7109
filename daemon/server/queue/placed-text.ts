import { parseDocument } from "yaml";

/**
 * The experiment's text without what has been decided about its place, for the daemon that carries it out. `data` replaces
 * keys of `data`.
 */
export function placedText(text: string, data: Readonly<Record<string, unknown>> = {}): string {
  const document = parseDocument(text);
  document.deleteIn(["data", "region"]);
  if (document.hasIn(["train", "on"])) document.setIn(["train", "on"], "local");
  for (const [key, value] of Object.entries(data)) document.setIn(["data", key], value);
  return document.toString();
}
