import { type SeriesDetail, seriesDetailSchema } from "../../protocol/report.ts";

/** Where a page gets the details of a series from. */
export interface DetailSource {
  /** Nothing where the document keeps no details of this series. */
  get(index: number): Promise<SeriesDetail | undefined>;
}

/**
 * Details in `<script type="application/json" data-from="…">` elements, each parsed when first asked for. The elements
 * may follow the page's script: the source answers once the whole page has been read.
 */
export async function embeddedDetails(): Promise<DetailSource> {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const elements = [...document.querySelectorAll<HTMLScriptElement>("script[data-from]")];
  const starts = elements.map((element) => Number(element.dataset.from));
  const parsed = new Map<number, unknown[]>();
  const chunkOf = (position: number): unknown[] => {
    let chunk = parsed.get(position);
    if (chunk === undefined) {
      chunk = JSON.parse(elements[position]!.textContent ?? "[]") as unknown[];
      parsed.set(position, chunk);
    }
    return chunk;
  };
  return {
    get: async (index) => {
      const position = starts.findLastIndex((start) => start <= index);
      const raw = position < 0 ? undefined : chunkOf(position)[index - starts[position]!];
      return raw === null || raw === undefined ? undefined : seriesDetailSchema.parse(raw);
    },
  };
}
