import { nearest } from "../../../../protocol/experiment/nearest.ts";
import { type ForecastDocument, places } from "../document.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { optionsOf } from "../model-docs.ts";
import { isModelPlace } from "../roles.ts";

/** Models and hyperparameters that do not exist. */
export function checkModels(document: ForecastDocument, facts: Facts): Finding[] {
  if (facts.models.length === 0) return [];
  return [...places(document)].flatMap((place): Finding[] => {
    const { path, part, text, from, to } = place;
    if (isModelPlace(path, part))
      return unknown(
        "model",
        text,
        facts.models.map(({ name }) => name),
        { path, from, to },
      );
    const option = part === "key" && path.length === 4 && path[0] === "search" && path[1] === "models";
    const card = option ? facts.models.find(({ name }) => name === path[2]) : undefined;
    if (card === undefined) return [];
    return unknown(`setting of ${card.name}`, text, Object.keys(optionsOf(card).properties ?? {}), { path, from, to });
  });
}

function unknown(
  what: string,
  text: string,
  names: readonly string[],
  where: { path: Finding["path"]; from: number; to: number },
): Finding[] {
  if (names.includes(text)) return [];
  const near = nearest(text, names);
  return [
    {
      severity: "error",
      code: what === "model" ? "unknown-model" : "unknown-setting",
      message: `\`${text}\` is not a ${what}.`,
      fix: near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean \`${near}\`?`,
      path: where.path,
      at: { from: where.from, to: where.to },
      ...(near === undefined ? {} : { repair: { kind: "replace", text: near } }),
    },
  ];
}
