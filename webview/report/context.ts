import type { ReportSummary } from "../../protocol/report.ts";
import type { Selection } from "../shared/selection.ts";
import type { SeriesFacts } from "../shared/series-order.ts";

/** What every section of the report is built from. */
export interface ReportContext {
  readonly summary: ReportSummary;
  readonly facts: SeriesFacts;
  readonly selection: Selection;
  /** What the target's axis is called: its name and unit. */
  readonly target: string;
}

/** A part of the page that the navigation leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly element: HTMLElement;
}
