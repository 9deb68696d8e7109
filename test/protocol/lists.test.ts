import { describe, expect, test } from "vitest";
import { dataRequestSchema } from "../../daemon/training/data/request.ts";
import { noFacts } from "../../extension/language/service/facts.ts";
import { choices } from "../../extension/language/service/schema-docs.ts";
import { aggregates } from "../../protocol/aggregates.ts";
import { runRoutes } from "../../protocol/api/runs.ts";
import { deviceChoices, devices } from "../../protocol/devices.ts";
import { schemasAt } from "../../protocol/experiment/json-schema.ts";
import { hasEnded, runStates } from "../../protocol/run-states.ts";

const wordsOfSchema = (...path: string[]) => schemasAt(path).flatMap((node) => node.enum ?? []);

describe("one list each", () => {
  test("ways to aggregate: JSON Schema, completion and the process that reads data", () => {
    expect(wordsOfSchema("data", "aggregate")).toEqual(aggregates);
    expect(choices(["data", "aggregate"], noFacts)).toEqual(aggregates);
    expect(dataRequestSchema.shape.aggregate.options).toEqual(aggregates);
  });

  test("devices: JSON Schema, completion and the choice `auto`", () => {
    expect(deviceChoices).toEqual(["auto", ...devices]);
    expect(wordsOfSchema("train", "device")).toEqual(deviceChoices);
    expect(choices(["train", "device"], noFacts)).toEqual(deviceChoices);
  });

  test("states of a run: the API, and which of them are an end", () => {
    expect(runRoutes.getRun.response.shape.state.options).toEqual(runStates);
    expect(runStates.filter(hasEnded)).toEqual(["finished", "failed", "cancelled"]);
    expect(hasEnded("deleted")).toBe(false);
  });
});
