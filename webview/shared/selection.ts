import type { ReportSummary } from "../../protocol/report.ts";
import type { DetailSource } from "./details.ts";
import { findHost } from "./host.ts";
import { type SeriesView, viewSeries } from "./series.ts";
import { orderSeries, type SeriesFacts } from "./series-order.ts";

/** The chosen series, shared by every part of a page. */
export interface Selection {
  readonly index: number;
  /** Decoded series; undefined where the document keeps no details of it. */
  readonly view: SeriesView | undefined;
  /** Whether the document keeps details of a series. */
  has(index: number): Promise<boolean>;
  /** Chooses a series; listeners hear of it once its details are there. */
  choose(index: number): Promise<void>;
  subscribe(listener: () => void): void;
  /** Views of all series with details, one after the other, for sums over everything. */
  all(): AsyncGenerator<SeriesView>;
}

/** A selection over the details of a report. Axes are decoded once for all series. */
export function createSelection(summary: ReportSummary, details: Promise<DetailSource>): Selection {
  const axes = new Map<number, Float64Array>();
  const listeners: (() => void)[] = [];
  let index = 0;
  let view: SeriesView | undefined;
  const viewOf = async (series: number) => {
    const detail = await (await details).get(series);
    return detail === undefined ? undefined : viewSeries(summary, series, detail, axes);
  };
  return {
    get index() {
      return index;
    },
    get view() {
      return view;
    },
    has: async (series) => (await (await details).get(series)) !== undefined,
    async choose(series) {
      index = series;
      const found = await viewOf(series);
      // Another series may have been chosen while this one was on its way.
      if (index !== series) return;
      view = found;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => listeners.push(listener),
    async *all() {
      for (let series = 0; series < summary.series.keys.length; series++) {
        const found = await viewOf(series);
        if (found !== undefined) yield found;
      }
    },
  };
}

/**
 * Chooses the series that was chosen when the page was last seen, else the one with the largest error that `shows`
 * something, by default details; the host remembers every later choice.
 */
export async function chooseFirst(
  facts: SeriesFacts,
  selection: Selection,
  shows: (index: number) => boolean | Promise<boolean> = selection.has,
): Promise<void> {
  const host = findHost();
  const before = host?.remembered().series;
  selection.subscribe(() => host?.remember({ series: selection.index }));
  const order = orderSeries(facts, "", "worst");
  if (before !== undefined && before < facts.names.length) order.unshift(before);
  for (const index of order) {
    if (await shows(index)) return selection.choose(index);
  }
  return selection.choose(order[0] ?? 0);
}
