import type { Command } from "commander";
import { modelCard } from "../forecasting/models/model-card.ts";
import { forecasters } from "../forecasting/models/registry.ts";
import { outputOf, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

/** `almanac models`: what can be tried, what each model uses, and where it comes from. */
export function register(program: Command): void {
  withCommonOptions(program.command("models").description("table of models, capabilities and papers")).action(
    (given: unknown) => {
      const output = outputOf(given);
      const yes = (value: boolean): string => (value ? "✓" : "");
      output.say(
        textTable(
          ["model", "family", "scope", "known", "observed", "static", "paper"].map((heading) => ({ heading })),
          forecasters.map(({ name, family, capabilities, paper }) => [
            name,
            family,
            capabilities.scope,
            yes(capabilities.known),
            yes(capabilities.observed),
            yes(capabilities.static),
            paper.citation.replace(/(\(\d{4}\)).*$/, "$1"),
          ]),
        ),
      );
      output.document(
        forecasters.map((forecaster) => {
          const { minimumLength: _, ...capabilities } = forecaster.capabilities;
          return { ...modelCard(forecaster), capabilities };
        }),
      );
    },
  );
}
