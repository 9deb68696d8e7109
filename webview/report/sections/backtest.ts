import { backtestFigure } from "../../charts/forecast.ts";
import { chart } from "../../shared/chart.ts";
import { h } from "../../shared/dom.ts";
import { formatPercent, formatTime } from "../../shared/format.ts";
import type { WindowView } from "../../shared/series.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** Milliseconds that one origin stays when they are played one after the other. */
const stayMs = 1400;

/** The chosen series' backtest, origin by origin. */
export function backtestSection(context: ReportContext): Section {
  const { selection, summary, target } = context;
  let position = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const label = h("output", { class: "muted" });
  const slider = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Forecast origin",
    oninput: () => go(Number(slider.value)),
  });
  const step = (by: number, name: string, text: string) =>
    h("button", { type: "button", class: "quiet", "aria-label": name, onclick: () => go(position + by) }, text);
  const play = h("button", { type: "button", class: "quiet", onclick: () => togglePlay() }, "Play");
  const count = () => selection.view?.windows.length ?? 0;
  const current = () => selection.view?.windows[position];
  const go = (wanted: number) => {
    position = Math.min(Math.max(0, count() - 1), Math.max(0, wanted));
    const window = current();
    slider.max = String(Math.max(0, count() - 1));
    slider.value = String(position);
    slider.disabled = count() < 2;
    const name = window === undefined ? "" : formatTime(window.origin, summary.experiment.frequency);
    slider.setAttribute("aria-valuetext", name);
    label.textContent = window === undefined ? "" : `Origin ${position + 1} of ${count()}: ${name}`;
    drawn.update();
  };
  const togglePlay = () => {
    if (timer === undefined) timer = setInterval(() => go(position + 1 >= count() ? 0 : position + 1), stayMs);
    else {
      clearInterval(timer);
      timer = undefined;
    }
    play.textContent = timer === undefined ? "Play" : "Stop";
  };
  const drawn = chart({
    title: "What would have been said, and what came",
    summary: () => {
      const window = current();
      return window === undefined ? "" : `${context.facts.names[selection.index]}: ${windowErrors(window)}`;
    },
    empty: "This report keeps no backtest windows of this series.",
    figure: (theme) => {
      const window = current();
      return (
        window &&
        selection.view &&
        backtestFigure(selection.view, window, theme, { target, frequency: summary.experiment.frequency })
      );
    },
    table: () => windowTable(current(), context),
    footer: h(
      "div",
      { class: "player" },
      step(-1, "Previous origin", "‹"),
      slider,
      step(1, "Next origin", "›"),
      play,
      label,
    ),
  });
  selection.subscribe(() => go(Math.max(0, count() - 1)));
  return section(
    "backtest",
    "Backtest",
    "Each window hides everything after its origin from the model. The dotted line is the origin.",
    drawn.element,
  );
}

/** Weighted error of the winner and the baseline in one window, as a sentence. */
export function windowErrors(window: WindowView): string {
  const error = wape(window.actual, window.point);
  if (!Number.isFinite(error)) return "this window holds no actual values to compare with.";
  const baseline = window.baseline === undefined ? Number.NaN : wape(window.actual, window.baseline);
  const against = Number.isFinite(baseline) ? `, the baseline by ${formatPercent(baseline)}` : "";
  return `in this window the forecast is off by ${formatPercent(error)} of the actual total${against} (WAPE).`;
}

/** Σ|actual − forecast| / Σ|actual| over the steps where both are known. */
export function wape(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  let error = 0;
  let total = 0;
  for (let step = 0; step < actual.length; step++) {
    const difference = Math.abs(actual[step]! - forecast[step]!);
    if (!Number.isFinite(difference)) continue;
    error += difference;
    total += Math.abs(actual[step]!);
  }
  return total === 0 ? Number.NaN : error / total;
}

function windowTable(window: WindowView | undefined, { summary }: ReportContext) {
  const { frequency, levels } = summary.experiment;
  const columns = ["Time", "Actual", "Forecast", "Baseline", ...levels.map((level) => `q${level}`)];
  const rows = (window?.times ?? []).map((time, step) => [
    formatTime(time, frequency),
    window!.actual[step] ?? null,
    window!.point[step] ?? null,
    window!.baseline?.[step] ?? null,
    ...window!.quantiles.map((values) => values[step] ?? null),
  ]);
  return { columns, rows };
}
