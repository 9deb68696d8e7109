import type { Hover } from "vscode-languageserver-types";
import { metricCards } from "../../../protocol/experiment/metrics.ts";
import { type MetricName, metricNames } from "../../../protocol/experiment/schema.ts";
import { columnMarkdown } from "./column-docs.ts";
import { countries } from "./countries.ts";
import { type ForecastDocument, type Path, type Place, placeAt, toRange } from "./document.ts";
import { factorMarkdown } from "./factor-docs.ts";
import type { Facts } from "./facts.ts";
import { horizonDates, horizonSteps, integerAt } from "./horizon.ts";
import { modelMarkdown } from "./model-docs.ts";
import { isModelPlace, roleAt } from "./roles.ts";
import { choices, defaultOf, describe } from "./schema-docs.ts";
import { count, shortNumber } from "./text.ts";

/** Docs of what stands at `offset`: a key, a column's profile, a model, a metric, the dates of the horizon. */
export function hover(document: ForecastDocument, offset: number, facts: Facts): Hover | undefined {
  const place = placeAt(document, offset);
  if (place === undefined) return undefined;
  const value = contentOf(place, document, facts);
  if (value === undefined || value === "") return undefined;
  return { contents: { kind: "markdown", value }, range: toRange(document, place.from, place.to) };
}

function contentOf(place: Place, document: ForecastDocument, facts: Facts): string | undefined {
  if (roleAt(place.path, place.part) !== undefined) return columnContent(place.text, facts);
  if (isModelPlace(place.path, place.part)) return modelContent(place.text, facts);
  if (place.part === "value") return valueContent(place, document, facts) ?? keyContent(place.path, facts);
  const extra = place.path.join(".") === "forecast.horizon" ? windowContent(document, facts) : undefined;
  return [keyContent(place.path, facts), extra].filter(Boolean).join("\n\n");
}

function columnContent(name: string, facts: Facts): string | undefined {
  const column = facts.data?.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return undefined;
  const factor = facts.run?.answer?.factors.find((candidate) => candidate.name === name);
  const effect = factor === undefined ? undefined : factorMarkdown(factor);
  return [columnMarkdown(column, facts.data!), effect].filter(Boolean).join("\n\n");
}

function modelContent(name: string, facts: Facts): string | undefined {
  const card = facts.models.find((candidate) => candidate.name === name);
  if (card === undefined) return undefined;
  const rank = facts.run?.leaderboard.findIndex(({ model }) => model === name) ?? -1;
  if (rank < 0) return modelMarkdown(card);
  const entry = facts.run!.leaderboard[rank]!;
  const of = facts.run!.leaderboard.length;
  return `${modelMarkdown(card)}\n\nLast run: rank ${rank + 1} of ${of}, score ${shortNumber(entry.score)}`;
}

function metricContent(name: MetricName): string {
  const { title, definition, choose } = metricCards[name];
  return `**${name}** — ${title}\n\n${definition}\n\nWhen to choose it: ${choose}`;
}

function valueContent(place: Place, document: ForecastDocument, facts: Facts): string | undefined {
  switch (place.path.join(".")) {
    case "evaluation.metric": {
      const metric = metricNames.find((name) => name === place.text);
      return metric === undefined ? undefined : metricContent(metric);
    }
    case "forecast.horizon":
      return windowContent(document, facts);
    case "covariates.calendar.country": {
      const country = countries.find(({ code }) => code === place.text.toUpperCase());
      return country === undefined ? undefined : `**${country.name}** — public holidays of the country`;
    }
    case "data.source":
      return sourceContent(facts);
    default:
      return undefined;
  }
}

function windowContent(document: ForecastDocument, facts: Facts): string | undefined {
  const panel = facts.data?.panel;
  const steps = horizonSteps(document, panel?.frequency);
  if (panel === undefined || steps === undefined) return undefined;
  const window = horizonDates(panel, integerAt(document, ["forecast", "gap"], 0), steps);
  if (window === undefined) return undefined;
  return `${count(steps, "step")} of one ${panel.frequency}: **${window.from}** to **${window.to}**`;
}

function sourceContent(facts: Facts): string | undefined {
  const { data } = facts;
  if (data === undefined) return undefined;
  const panel = data.panel;
  const shape = `${count(data.rows, "row")}, ${count(data.columns.length, "column")}`;
  if (panel === undefined) return shape;
  const lengths =
    panel.shortest === panel.longest
      ? count(panel.longest, "step")
      : `${panel.shortest} to ${count(panel.longest, "step")}`;
  return `${shape}\n\n${count(panel.series, "series")} of ${lengths}, one a ${panel.frequency}, ${panel.start} to ${panel.end}`;
}

function keyContent(path: Path, facts: Facts): string | undefined {
  const text = describe(path, facts);
  if (text === undefined) return undefined;
  const words = choices(path, facts);
  const fallback = defaultOf(path, facts);
  const lines = [`**${path.filter((key) => typeof key === "string").join(".")}** — ${text}`];
  if (words.length > 0) lines.push(`One of ${words.map((word) => `\`${word}\``).join(", ")}.`);
  if (fallback !== undefined && typeof fallback !== "object") lines.push(`Default: \`${String(fallback)}\``);
  return lines.join("\n\n");
}
