import type { Command } from "commander";
import { ExperimentError } from "../../protocol/errors.ts";
import { type ExperimentFile, readExperiment } from "../training/experiment/read-experiment.ts";
import { carryOut, interruptSignal, outputOf, problemLine, withCommonOptions } from "./context.ts";

/** `almanac check FILE`: is the experiment usable, and are its data? */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("check")
      .argument("<file>", "experiment file, NAME.forecast.yaml")
      .description("validate the file and its data; prints problems as FILE:LINE:COL: error|warning: message"),
  ).action(async (path: string, given: unknown) => {
    const output = outputOf(given);
    const signal = interruptSignal();
    let file: ExperimentFile | undefined;
    await carryOut(
      output,
      signal,
      async () => {
        file = await readExperiment(path);
        const [{ loadData }, { withoutLeaks }, { scenarioProblems }] = await Promise.all([
          import("../training/experiment/load-data.ts"),
          import("../training/experiment/without-leaks.ts"),
          import("../training/experiment/scenario-problems.ts"),
        ]);
        const data = await loadData(file, { signal });
        const idle = scenarioProblems(file, data.panel);
        if (idle.length > 0) throw new ExperimentError(idle);
        const found = [...data.warnings, ...withoutLeaks(file, data.panel).warnings];
        const range = file.parsed.locate(["data", "source"]);
        const problems = [...file.warnings, ...found.map((problem) => ({ file: path, range, ...problem }))];
        for (const problem of problems) output.say(problemLine(problem));
        const steps = data.panel.history.reduce((sum, length) => sum + length, 0);
        output.say(`${path}: ${data.panel.keys.length} series, ${steps.toLocaleString("en")} steps: ready to run.`);
        output.document({ problems });
        return undefined;
      },
      () => file,
    );
  });
}
