import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { register as registerRun } from "../../daemon/cli/run.ts";
import { dataRequestSchema } from "../../daemon/training/data/request.ts";
import { noFacts } from "../../extension/language/service/facts.ts";
import { choices } from "../../extension/language/service/schema-docs.ts";
import packageJson from "../../package.json" with { type: "json" };
import { aggregates } from "../../protocol/aggregates.ts";
import { openApiDocument } from "../../protocol/api/openapi.ts";
import { runRoutes } from "../../protocol/api/runs.ts";
import { deviceChoices, devices } from "../../protocol/devices.ts";
import { schemasAt } from "../../protocol/experiment/json-schema.ts";
import { runOptionNames } from "../../protocol/run-overrides.ts";
import { hasEnded, runStates } from "../../protocol/run-states.ts";

const wordsOfSchema = (...path: string[]) => schemasAt(path).flatMap((node) => node.enum ?? []);

const inOpenApi = (): unknown => {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(openApiDocument("1"));
  return paths["/runs"]?.post;
};

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

  test("settings of a run: flags and help, the API, the tool of coding agents", () => {
    const program = new Command();
    registerRun(program);
    const flags = program.commands[0]!.options.map(({ long }) => long);
    expect(flags).toEqual(expect.arrayContaining(runOptionNames.map((name) => `--${name}`)));
    expect(inOpenApi()).toHaveProperty(
      ["requestBody", "content", "application/json", "schema", "properties", "options", "properties"],
      expect.objectContaining(Object.fromEntries(runOptionNames.map((name) => [name, expect.anything()]))),
    );
    const tool = packageJson.contributes.languageModelTools.find(({ name }) => name === "almanac_run");
    expect(Object.keys(tool!.inputSchema.properties)).toEqual([
      "file",
      ...runOptionNames.filter((name) => name !== "on"),
    ]);
  });

  test("states of a run: the API, and which of them are an end", () => {
    expect(runRoutes.getRun.response.shape.state.options).toEqual(runStates);
    expect(runStates.filter(hasEnded)).toEqual(["finished", "failed", "cancelled"]);
    expect(hasEnded("deleted")).toBe(false);
  });
});
