import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { DataError } from "../../protocol/errors.ts";
import { nearest } from "../../protocol/experiment/nearest.ts";
import type { Scenario } from "../../protocol/experiment/schema.ts";
import type { WhatIf } from "../runs/what-if.ts";
import { carryOut, interruptSignal, type Output, outputOf, problemLine, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

const pair = z.tuple([z.string(), z.string()]);

const optionsSchema = z.object({
  set: z.array(pair).default([]),
  series: z.array(pair).default([]),
  from: z.string().optional(),
  to: z.string().optional(),
  goal: z.number().optional(),
  vary: z.string().optional(),
  range: z.tuple([z.number(), z.number()]).default([0.5, 1.5]),
});

/** `almanac what-if RUN`: the forecast under other prices, promotions, weather. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("what-if")
      .argument("<run>", "folder of a finished run")
      .description("the forecast with changed known covariates, or the change that reaches a goal"),
  )
    .option("--set <column=change...>", 'changes over the window, such as price="* 0.9" promotion=1', collectPair, [])
    .option("--series <key=value...>", "only these series", collectPair, [])
    .option("--from <date>", "first date of the change")
    .option("--to <date>", "last date of the change")
    .option("--goal <total>", "total to reach by changing --vary", number)
    .option("--vary <column>", "column that is multiplied to reach the goal")
    .option("--range <least,most>", "factors between which to seek (default: 0.5,1.5)", range)
    .action(async (directory: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      const signal = interruptSignal();
      await carryOut(output, signal, async () => {
        const { WhatIf } = await import("../runs/what-if.ts");
        const session = await WhatIf.open(directory, { workers: 1, signal });
        try {
          for (const [column] of options.set) checkColumn(session, column);
          if (options.goal !== undefined) await seek(session, options, output);
          else await ask(session, options, output);
        } finally {
          await session.close();
        }
        return undefined;
      });
    });
}

type Options = z.infer<typeof optionsSchema>;

async function ask(session: WhatIf, options: Options, output: Output): Promise<void> {
  const base = await session.ask({ name: "forecast", set: {} });
  const { from, to } = options;
  const scenario: Scenario = {
    name: "what-if",
    set: Object.fromEntries(options.set),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(options.series.length === 0 ? {} : { series: Object.fromEntries(options.series) }),
  };
  const changed = await session.ask(scenario);
  const rows = session.panel.keys.map((key, series) => {
    const total = (values: Float64Array, horizon: number): number =>
      values.subarray(series * horizon, (series + 1) * horizon).reduce((sum, value) => sum + value, 0);
    const before = total(base.forecast.mean, base.forecast.horizon);
    const after = total(changed.forecast.mean, base.forecast.horizon);
    return { series: key.join(" · ") || session.manifest.name, before, after };
  });
  output.say(differenceTable([...rows.slice(0, 40), { series: "all", before: base.total, after: changed.total }]));
  if (rows.length > 40) output.say(`… and ${rows.length - 40} more series; --json lists all.`);
  for (const problem of changed.warnings) output.note(problemLine({ ...problem, file: session.manifest.name }));
  output.document({
    scenario,
    total: { before: base.total, after: changed.total },
    series: rows,
    warnings: changed.warnings,
  });
}

function differenceTable(rows: readonly { series: string; before: number; after: number }[]): string {
  return textTable(
    [
      { heading: "series" },
      { heading: "forecast", right: true },
      { heading: "what if", right: true },
      { heading: "change", right: true },
    ],
    rows.map(({ series, before, after }) => [
      series,
      before.toPrecision(5),
      after.toPrecision(5),
      `${after >= before ? "+" : "−"}${Math.abs(after - before).toPrecision(3)} (${((100 * (after - before)) / (Math.abs(before) || 1)).toFixed(1)} %)`,
    ]),
  );
}

async function seek(session: WhatIf, { goal, vary, range: [least, most] }: Options, output: Output): Promise<void> {
  if (vary === undefined) {
    throw new DataError("--goal needs a column to change.", { code: "goal-without-column", fix: "Add --vary COLUMN." });
  }
  checkColumn(session, vary);
  const { factor, reached, total, warnings } = await session.seek(vary, goal!, [least, most]);
  const words = reached
    ? `${vary} × ${factor.toFixed(3)} gives a total of ${total.toPrecision(5)}.`
    : `A total of ${goal} is out of reach between ${vary} × ${least} and × ${most}; the nearest is ${total.toPrecision(5)} at × ${factor}.`;
  output.say(words);
  output.say("This is what the model learned; a correlation need not be a cause.");
  for (const problem of warnings) output.note(problemLine({ ...problem, file: session.manifest.name }));
  output.document({ vary, goal, factor, reached, total, warnings });
}

function checkColumn({ panel }: WhatIf, column: string): void {
  const names = panel.known.map(({ name }) => name);
  if (names.includes(column)) return;
  const near = nearest(column, names);
  throw new DataError(`\`${column}\` is not a known covariate of this model.`, {
    code: "scenario-column",
    column,
    fix: near === undefined ? `Known covariates: ${names.join(", ") || "none"}.` : `Did you mean \`${near}\`?`,
  });
}

function collectPair(text: string, before: [string, string][]): [string, string][] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected COLUMN=VALUE.");
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

function range(text: string): [number, number] {
  const [least, most] = text.split(",").map(Number);
  if (!(least! < most!)) throw new InvalidArgumentError("Expected two factors such as 0.5,1.5.");
  return [least!, most!];
}
