import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventShapes, eventTypes, webhookTypeSchema, webhookTypes } from "../../protocol/event-types.ts";

const root = join(import.meta.dirname, "..", "..");
const daemon = globSync("daemon/**/*.ts", { cwd: root })
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

const refusal = (type: string): string | undefined => webhookTypeSchema.safeParse(type).error?.issues[0]?.message;

describe("types of events", () => {
  test("the daemon emits each of them", () => {
    // Where the name is a value and not what an event is compared with.
    const emitted = (type: string) => new RegExp(`(?<!case |=== )"${type}"`).test(daemon);
    expect(eventTypes.filter((type) => !emitted(type))).toEqual([]);
  });

  test("stand in the reference with meaning and fields", () => {
    const page = readFileSync(join(root, "docs", "reference", "events.md"), "utf8");
    expect(eventTypes.filter((type) => !page.includes(`\n## ${type}\n`))).toEqual([]);
    for (const { description, shape } of eventShapes) {
      expect(description, shape.type.value).toMatch(/\.$/);
      const fields = Object.entries(shape).filter(([name]) => name !== "type");
      expect(fields.filter(([, field]) => !field.description).map(([name]) => name)).toEqual([]);
    }
  });

  test("webhooks get all but the strides of progress", () => {
    expect(eventTypes.filter((type) => !webhookTypes.includes(`almanac.${type}`))).toEqual([
      "task-progress",
      "progress",
    ]);
  });

  test.for([
    ["almanac.run-finshed", "no event has the type `almanac.run-finshed`; did you mean `almanac.run-finished`?"],
    ["run-finished", "did you mean `almanac.run-finished`?"],
    ["almanac.progress", "`almanac.progress` is not sent to webhooks; read it from GET /api/v1/events"],
    ["order.created", "expected one of almanac.run-started, "],
  ] as const)("a webhook for %s is refused", ([type, message]) => {
    expect(refusal(type)).toContain(message);
  });

  test.for(["almanac.run-finished", "almanac.run-state", "almanac.deployment-drifted"])(
    "a webhook for %s is taken",
    (type) => {
      expect(refusal(type)).toBeUndefined();
    },
  );
});
