import { type MetricCard, metricCards } from "../../protocol/experiment/metrics.ts";
import { metricNames } from "../../protocol/experiment/schema.ts";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";

const units: Readonly<Record<MetricCard["unit"], string>> = {
  target: "that of the target",
  percent: "percent",
  none: "none",
};

const medians = metricNames.filter((name) => metricCards[name].leastAt === "median").map((name) => `\`${name}\``);

const introduction = `\`evaluation.metric\` names the metric that selects the winner. Lower is better for every metric. The leaderboard
shows all of them, so the choice does not hide the others.

Symbols: *y* is an actual value of the backtest, *f* the point forecast, *f_q* the quantile forecast of level *q*, *m* the
number of steps in a season, *a* and *s* the absolute and squared error of the seasonal naive forecast in the history
before the origin. Missing actual values do not count.

\`a\` and \`s\` use *m* = 1 if the history has fewer than *m* + 2 values or repeats exactly. Series whose history is
constant are left out of scaled metrics. If a metric is not defined for any value, it is empty on the leaderboard, and
the run selects by MAE instead.

Absolute errors are least at the median of a distribution. Under ${medians.join(", ")} a model forecasts
the mean or the median, whichever scored better in the backtest; under the other metrics it forecasts the mean.`;

/** The reference of the metrics: definition, formula, unit, range, and when to choose each. */
export function metricReference(): string {
  return wrapped(
    [
      generatedNote("protocol/experiment/metrics.ts"),
      "# Metrics",
      introduction,
      markdownTable(
        ["metric", "name", "unit", "range", "one number from"],
        metricNames.map((name) => {
          const { title, unit, range, over } = metricCards[name];
          return [`[\`${name}\`](#${name})`, title, units[unit], rangeText(range), overText(over)];
        }),
      ),
      ...metricNames.flatMap((name) => section(name, metricCards[name])),
      "",
    ].join("\n\n"),
  );
}

function section(name: string, { title, definition, formula, choose }: MetricCard): string[] {
  return [
    `## ${name}`,
    `${title[0]?.toUpperCase()}${title.slice(1)}. ${definition}`,
    `    ${formula}`,
    `**When to choose it.** ${choose}`,
  ];
}

function rangeText([least, most]: MetricCard["range"]): string {
  return most === undefined ? `${least} and more` : `${least} to ${most}`;
}

function overText(over: MetricCard["over"]): string {
  return over === "series" ? "the mean over the series" : "all values together";
}
