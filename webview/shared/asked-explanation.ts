import type { Explanations } from "../../protocol/report.ts";
import type { ExplainAnswer } from "../../protocol/what-if.ts";
import { h } from "./dom.ts";
import type { ExplainedSeries } from "./explained.ts";
import { formatNumber } from "./format.ts";
import type { Host } from "./host.ts";

/** What of the chosen series is explained. */
interface Aspect {
  readonly series: number;
  /** A quantile; the mean where undefined. */
  readonly level: number | undefined;
  readonly lags: boolean;
}

/** Explanations that are not in the document, asked of the trained model: quantiles, single lags, series beyond the largest ones. */
export interface AskedExplanation {
  /** Choice of the aspect, for the head of a chart. */
  readonly control: HTMLElement;
  /** The answer for a series under the present choice; nothing for the mean, which the document holds, or while it is awaited. */
  of(series: number): { readonly factors: readonly string[]; readonly series: ExplainedSeries } | undefined;
  /** Whether the choice is the mean forecast with its whole history, as the document holds it. */
  readonly plain: boolean;
  /** Asks for what is chosen, where the document does not hold it. */
  want(series: number, held: boolean): void;
}

/** Asks `host` about the quantiles in `levels`; `changed` hears of every answer and every choice. */
export function askedExplanation(host: Host, levels: readonly number[], changed: () => void): AskedExplanation {
  let level: number | undefined;
  let lags = false;
  let answered: { readonly aspect: Aspect; readonly answer: ExplainAnswer } | undefined;
  const note = h("span", { class: "muted", role: "status" });
  const wanted = (series: number): Aspect => ({ series, level, lags });
  const ask = async (aspect: Aspect) => {
    note.textContent = "Asking the model…";
    try {
      const { series, lags: single } = aspect;
      const question = {
        series,
        lags: single,
        samples: 64,
        level: aspect.level,
      };
      answered = { aspect, answer: await host.ask("explain-series", question) };
      note.textContent = "";
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
    changed();
  };
  const select = h(
    "select",
    {
      "aria-label": "What is explained",
      onchange: () => {
        level = levels[select.selectedIndex - 1];
        changed();
      },
    },
    h("option", {}, "mean forecast"),
    levels.map((each) => h("option", {}, `${formatNumber(each * 100)} % quantile`)),
  );
  const box = h("input", {
    type: "checkbox",
    onchange: () => {
      lags = box.checked;
      changed();
    },
  });
  const matches = (series: number) => {
    const now = wanted(series);
    return (
      answered?.aspect.series === now.series && answered.aspect.level === now.level && answered.aspect.lags === now.lags
    );
  };
  let asking = "";
  return {
    control: h("span", { class: "asked" }, note, select, h("label", {}, box, " single lags")),
    get plain() {
      return level === undefined && !lags;
    },
    of(series) {
      if (!matches(series)) return undefined;
      const { factors, baseline, contributions, standardError } = answered!.answer;
      return { factors, series: { series, baseline, contributions, values: undefined, errors: standardError } };
    },
    want(series, held) {
      const key = JSON.stringify(wanted(series));
      if ((level === undefined && !lags && held) || matches(series) || key === asking) return;
      asking = key;
      void ask(wanted(series));
    },
  };
}

/** Explanations as the charts of one series want them: with the factors of what is shown. */
export function withFactors(explanations: Explanations, factors: readonly string[]): Explanations {
  return { ...explanations, factors: [...factors] };
}
