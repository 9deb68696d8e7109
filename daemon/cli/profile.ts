import type { Command } from "commander";
import { type ExperimentFile, readExperiment } from "../training/experiment/read-experiment.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";

/** `almanac profile FILE`: what the data look like before anything is trained. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("profile")
      .argument("<file>", "experiment file, NAME.forecast.yaml")
      .description("series, gaps, seasonality, correlations with covariates and their lags"),
  ).action(async (path: string, given: unknown) => {
    const output = outputOf(given);
    const signal = interruptSignal();
    let file: ExperimentFile | undefined;
    await carryOut(
      output,
      signal,
      async () => {
        file = await readExperiment(path);
        const { loadData } = await import("../training/experiment/load-data.ts");
        const { profilePanel } = await import("../training/data/profile.ts");
        const { profileText } = await import("./profile-text.ts");
        const data = await loadData(file, { signal });
        const profile = profilePanel(data.panel);
        for (const { message } of data.warnings) output.note(`warning: ${message}`);
        output.say(profileText(profile));
        output.document(profile);
        return undefined;
      },
      () => file,
    );
  });
}
