import type { SchemaNode } from "../../../protocol/experiment/json-schema.ts";
import type { ModelCard } from "../../../protocol/model-card.ts";

/** A model's card as Markdown: what it is, its hyperparameters and the paper. */
export function modelMarkdown(card: ModelCard): string {
  const paper = card.paper.url === undefined ? card.paper.citation : `[${card.paper.citation}](${card.paper.url})`;
  const options = Object.entries(optionsOf(card).properties ?? {}).map(
    ([name, schema]) =>
      `- \`${name}\`${schema.default === undefined ? "" : ` = ${JSON.stringify(schema.default)}`} ${schema.description ?? ""}`,
  );
  return [`**${card.title}** — ${card.family}`, card.summary, options.join("\n"), `*${paper}*`]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The JSON Schema of a model's hyperparameters. */
export function optionsOf(card: ModelCard): SchemaNode {
  // SAFETY: generated from the model's zod schema; the reader looks at optional keywords only.
  return (card.options ?? {}) as SchemaNode;
}
