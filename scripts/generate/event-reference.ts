import { z } from "zod";
import { eventShapes, sentToWebhooks } from "../../protocol/event-types.ts";
import type { SchemaNode } from "../../protocol/experiment/json-schema.ts";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";
import { typeWords } from "./schema-words.ts";

/** The reference of events: every type with its meaning, its fields and the name under which webhooks get it. */
export function eventReference(): string {
  const text = [
    generatedNote("protocol/events.ts and protocol/event-types.ts"),
    "# Events",
    "`GET /api/v1/runs/{id}/events` streams the events of one run, `GET /api/v1/events` those of all, as Server-Sent " +
      "Events. A webhook gets them as CloudEvents: `type` has `almanac.` before the name, and `data` holds the fields.",
    ...eventShapes.flatMap(section),
    "",
  ].join("\n\n");
  return wrapped(text);
}

function section(shape: (typeof eventShapes)[number]): string[] {
  const type = shape.shape.type.value;
  // SAFETY: zod emits plain JSON Schema; SchemaNode names the keywords that occur in events.
  const { properties = {}, required = [] } = z.toJSONSchema(shape, { target: "draft-07" }) as SchemaNode;
  const rows = Object.entries(properties)
    .filter(([name]) => name !== "type")
    .map(([name, node]) => [
      `\`${name}\``,
      `${typeWords(node)}${required.includes(name) ? "" : ", optional"}`,
      node.description ?? "",
    ]);
  const webhook = sentToWebhooks(type);
  return [
    `## ${type}`,
    `${shape.description ?? ""} ${webhook === undefined ? "Webhooks do not get it." : `Webhooks: \`${webhook}\`.`}`,
    markdownTable(["field", "type", "meaning"], rows),
  ];
}
