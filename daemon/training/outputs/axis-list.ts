import { packAxis } from "../../../protocol/axis.ts";
import type { ReportAxis } from "../../../protocol/report.ts";

/** Time axes that series share; a new one only if no known one fits. */
export class AxisList {
  readonly list: ReportAxis[] = [];
  readonly #known: {
    readonly index: number;
    readonly places: ReadonlyMap<number, number>;
    readonly times: Float64Array;
  }[] = [];

  /** The axis and the place on it of a series' first row. */
  place(times: Float64Array): { axis: number; start: number } {
    for (const { index, places, times: own } of this.#known) {
      const start = places.get(times[0]!);
      if (start !== undefined && own[start + times.length - 1] === times.at(-1)) return { axis: index, start };
    }
    const index = this.list.length;
    this.list.push(packAxis(times));
    this.#known.unshift({ index, times, places: new Map(Array.from(times, (time, place) => [time, place])) });
    this.#known.length = Math.min(this.#known.length, 50);
    return { axis: index, start: 0 };
  }
}
