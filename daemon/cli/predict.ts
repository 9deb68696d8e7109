import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";

const optionsSchema = z.object({ data: z.array(z.string()).optional(), out: z.string().optional() });

/** `almanac predict`: forecast again with a trained model. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("predict")
      .argument("<model>", "folder of a run, or its model folder")
      .description("forecast from a trained model and fresh history"),
  )
    .option("--data <files...>", "data with the newer history (default: the experiment's own source)")
    .option("--out <file>", "CSV file to write (default: standard output)")
    .action(async (directory: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      const signal = interruptSignal();
      await carryOut(output, signal, async () => {
        const { predictWithModel } = await import("../training/trained-model/predict.ts");
        const { forecastCsv } = await import("../training/outputs/forecast-csv.ts");
        const { writeTextFile } = await import("../training/files/write-file.ts");
        const { manifest, data, forecast } = await predictWithModel(directory, {
          sources: options.data,
          workers: availableParallelism(),
          signal,
        });
        const lines = forecastCsv(data.panel, forecast, manifest.experiment.data.time, manifest.settings.gap);
        for (const { message } of data.warnings) output.note(`warning: ${message}`);
        if (options.out !== undefined) {
          await writeTextFile(options.out, lines);
          output.say(`Forecast of ${forecast.series} series: ${options.out}`);
        } else output.say([...lines].join("").trimEnd());
        output.document({ series: forecast.series, horizon: forecast.horizon, out: options.out ?? null });
        return undefined;
      });
    });
}
