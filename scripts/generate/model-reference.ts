import { z } from "zod";
import type { Forecaster } from "../../daemon/forecasting/models/forecaster.ts";
import { forecasters } from "../../daemon/forecasting/models/registry.ts";
import type { SchemaNode } from "../../protocol/experiment/json-schema.ts";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";

/** The reference of the models: what each uses, where it comes from, its hyperparameters. */
export function modelReference(): string {
  const yes = (value: boolean): string => (value ? "✓" : "");
  const table = markdownTable(
    ["model", "family", "scope", "known", "observed", "static", "from preset", "stops in time", "what it is", "paper"],
    forecasters.map(({ name, family, capabilities, summary, paper }) => [
      `\`${name}\``,
      family,
      capabilities.scope === "local" ? "a model a series" : "one model for all",
      yes(capabilities.known),
      yes(capabilities.observed),
      yes(capabilities.static),
      `\`${capabilities.search.preset}\``,
      yes(capabilities.anytime),
      summary,
      paper.url === undefined ? paper.citation : `[${paper.citation}](${paper.url})`,
    ]),
  );
  return wrapped(
    [
      generatedNote("daemon/forecasting/models/registry.ts"),
      "# Models",
      "From cheap to dear, the order in which a search tries them. `known`, `observed` and `static` say which covariates a model uses. A search tries a model from the given `search.preset` on. A model that stops in time ends its training at a deadline with little loss; the others are left out if they would be late.",
      table,
      "## Hyperparameters",
      ...forecasters.flatMap(hyperparameters),
      "",
    ].join("\n\n"),
  );
}

function hyperparameters(forecaster: Forecaster): string[] {
  // SAFETY: zod emits plain JSON Schema.
  const schema = z.toJSONSchema(forecaster.options, { target: "draft-07", io: "input" }) as SchemaNode;
  const rows = Object.entries(schema.properties ?? {}).map(([name, node]) => [
    `\`${name}\``,
    node.enum?.map((value) => `\`${value}\``).join(" ") ?? node.type ?? "value",
    node.default === undefined ? "" : `\`${JSON.stringify(node.default)}\``,
    node.description ?? "",
  ]);
  if (rows.length === 0) return [];
  return [`### ${forecaster.name}`, markdownTable(["name", "type", "default", "meaning"], rows)];
}
