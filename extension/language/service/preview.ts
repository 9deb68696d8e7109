import type { PanelFacts } from "../../../protocol/facts.ts";
import { chart } from "./chart.ts";
import { type ForecastDocument, nodeAt, type Path, pairAt, toRange } from "./document.ts";
import type { Answer, Facts } from "./facts.ts";
import { horizonDates, horizonSteps, integerAt } from "./horizon.ts";
import { blockLine } from "./sparkline.ts";
import { percent, roughNumber, shortNumber } from "./text.ts";

/** Text shown after the end of a line. */
export interface Preview {
  readonly line: number;
  readonly text: string;
  /** Markdown shown when the pointer rests on it. */
  readonly hover: string;
  /** The run's text or data changed since, or there was no run and this is only a quick estimate. */
  readonly dim: boolean;
}

/** Factors named beside a line; the hover has all of them. */
const shownFactors = 3;

/** The answer of the last run (or of the quick estimate before any) beside the lines that asked for it. */
export function previews(document: ForecastDocument, facts: Facts): Preview[] {
  const answer = facts.run?.answer ?? instantAnswer(facts.data?.panel);
  const panel = facts.data?.panel;
  const dim = facts.run?.answer === undefined || facts.run.stale;
  const found = [
    answer && targetLine(document, answer, facts),
    panel && horizonLine(document, panel),
    answer && metricLine(document, answer),
    ...(answer ? covariateLines(document, answer) : []),
  ];
  return found.filter((preview) => preview !== undefined).map((preview) => ({ ...preview, dim }));
}

type Line = Omit<Preview, "dim">;

function instantAnswer(panel: PanelFacts | undefined): Answer | undefined {
  if (panel?.instant === undefined) return undefined;
  return { ...panel.instant, count: panel.series, factors: [] };
}

function targetLine(document: ForecastDocument, answer: Answer, facts: Facts): Line | undefined {
  const line = lineOf(document, ["data", "target"]);
  if (line === undefined || answer.mean.length === 0) return undefined;
  const past = answer.history.slice(-Math.max(16, answer.mean.length));
  const all = blockLine([...past, ...answer.mean], 32);
  const split = Math.round((past.length / (past.length + answer.mean.length)) * all.length);
  const next = answer.mean[0]!;
  // The number first: a narrow editor cuts off the end of the line.
  const range = `${roughNumber(answer.low[0]!)} – ${roughNumber(answer.high[0]!)}`;
  const text = `next ${roughNumber(next)} (${range})  ${all.slice(0, split)}┊${all.slice(split)}`;
  return { line, text, hover: targetHover(answer, facts) };
}

function targetHover(answer: Answer, facts: Facts): string {
  const which = answer.series.length === 0 ? "" : ` of ${answer.series.join(" · ")} (1 of ${answer.count} series)`;
  const how =
    facts.run?.answer === undefined
      ? `Quick estimate by ${answer.model}, before any run`
      : `Forecast by ${answer.model}${facts.run.stale ? ", from before the latest change" : ""}`;
  return `**${how}**${which}, ${percent(answer.level)} interval\n\n![history and forecast](${chart(answer)})`;
}

function horizonLine(document: ForecastDocument, panel: PanelFacts): Line | undefined {
  const line = lineOf(document, ["forecast", "horizon"]);
  const steps = horizonSteps(document, panel.frequency);
  if (line === undefined || steps === undefined) return undefined;
  const window = horizonDates(panel, integerAt(document, ["forecast", "gap"], 0), steps);
  if (window === undefined) return undefined;
  return {
    line,
    text: `${window.from} … ${window.to}`,
    hover: `The forecast covers **${window.from}** to **${window.to}**.`,
  };
}

function metricLine(document: ForecastDocument, answer: Answer): Line | undefined {
  const { metric, score, naive } = answer;
  const line = lineOf(document, ["evaluation", "metric"]) ?? lineOf(document, ["evaluation"]);
  if (line === undefined || metric === undefined || score === undefined) return undefined;
  const gain = naive === undefined || naive === 0 ? undefined : 1 - score / naive;
  const against =
    gain === undefined ? "" : ` · ${percent(Math.abs(gain))} ${gain >= 0 ? "better" : "worse"} than seasonal naive`;
  const table = `| model | ${metric} |\n|---|---|\n| ${answer.model} | ${shortNumber(score)} |${naive === undefined ? "" : `\n| seasonal naive | ${shortNumber(naive)} |`}`;
  return { line, text: `${shortNumber(score)} by ${answer.model}${against}`, hover: table };
}

function covariateLines(document: ForecastDocument, answer: Answer): Line[] {
  const lines = new Map<number, Factor[]>();
  const columns = new Map<number, number>();
  for (const kind of ["known", "observed", "static"]) {
    const list = nodeAt(document, ["covariates", kind])?.toJS(document.tree);
    if (!Array.isArray(list)) continue;
    for (const [index, name] of list.entries()) {
      const factor = answer.factors.find((candidate) => candidate.name === name);
      const line = lineOf(document, ["covariates", kind, index]);
      if (line !== undefined) columns.set(line, (columns.get(line) ?? 0) + 1);
      if (factor === undefined || line === undefined) continue;
      lines.set(line, [...(lines.get(line) ?? []), factor]);
    }
  }
  return [...lines].map(([line, factors]) => {
    const sorted = factors.toSorted((a, b) => b.share - a.share);
    const rest = sorted.length > shownFactors ? ` · +${sorted.length - shownFactors}` : "";
    return {
      line,
      text:
        sorted
          .slice(0, shownFactors)
          .map((factor) => factorText(factor, (columns.get(line) ?? 0) > 1))
          .join(" · ") + rest,
      hover: sorted.map(factorHover).join("\n"),
    };
  });
}

type Factor = Answer["factors"][number];

function factorText({ name, share, direction }: Factor, named: boolean): string {
  return `${named ? `${name} ` : ""}${arrow(direction)}${percent(share)}`;
}

function factorHover({ name, share, direction }: Factor): string {
  return `- **${name}**: ${percent(share)} of all contributions; larger values ${effect(direction)}`;
}

function arrow(direction: number | null): string {
  if (direction === null || direction === 0) return "↕ ";
  return direction > 0 ? "↑ " : "↓ ";
}

function effect(direction: number | null): string {
  if (direction === null || direction === 0) return "raise or lower the forecast";
  return direction > 0 ? "raise the forecast" : "lower the forecast";
}

function lineOf(document: ForecastDocument, path: Path): number | undefined {
  const node = pairAt(document, path)?.key ?? nodeAt(document, path);
  return node?.range ? toRange(document, node.range[0], node.range[0]).start.line : undefined;
}
