import type { Figure } from "../charts/figure.ts";

/** The part of Plotly's interface that the pages use. */
export interface Plotly {
  react(element: HTMLElement, data: Figure["data"], layout: Figure["layout"], config: object): Promise<unknown>;
  toImage(
    element: HTMLElement,
    options: { format: "png"; width: number; height: number; scale: number },
  ): Promise<string>;
  purge(element: HTMLElement): void;
}

/** An element that Plotly has drawn into. */
export interface PlotlyElement extends HTMLElement {
  on(event: string, listener: (event: PlotlyEvent) => void): void;
}

export interface PlotlyEvent {
  readonly points?: readonly { readonly customdata?: unknown; readonly x?: unknown }[];
  readonly [setting: string]: unknown;
}

export const plotlyConfig = {
  showSendToCloud: false,
  displaylogo: false,
  displayModeBar: false,
  responsive: true,
  doubleClick: "reset+autosize",
} as const;

let loading: Promise<Plotly> | undefined;

/**
 * Plotly, loaded once and only when the first chart comes into view. Its text waits in `<script id="plotly">` of a
 * self-contained page, or the script names its address in `data-src`.
 */
export function loadPlotly(): Promise<Plotly> {
  loading ??= wholePage().then(insertPlotly);
  return loading;
}

/** The library stands at the page's end, which may still be on its way when the first chart is drawn. */
async function wholePage(): Promise<void> {
  if (document.readyState !== "loading") return;
  await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

function insertPlotly(): Promise<Plotly> {
  return new Promise((resolve, reject) => {
    const source = document.getElementById("plotly");
    const script = document.createElement("script");
    const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
    if (nonce) script.nonce = nonce;
    const address = source?.dataset.src;
    const done = () => {
      const plotly = (globalThis as { Plotly?: Plotly }).Plotly;
      if (plotly === undefined) reject(new Error("The chart library did not load: open the report again."));
      else resolve(plotly);
    };
    if (address === undefined) {
      script.textContent = source?.textContent ?? "";
      document.head.append(script);
      done();
    } else {
      script.onload = done;
      script.onerror = done;
      script.src = address;
      document.head.append(script);
    }
  });
}
