import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EngineError } from "../../../protocol/errors.ts";
import type { ReportDocument, SeriesDetail } from "../../../protocol/report.ts";

/** Characters of series details that one script element holds: small enough to parse between two frames. */
const chunkCharacters = 500_000;

/** Pages that show a run; `scripts/build.ts` bundles one script and style each. */
export type RunPage = "report" | "live" | "compare" | "explain" | "what-if";

export interface RunPageSettings {
  readonly page: RunPage;
  readonly title: string;
  /** What the page reads at its start: see protocol/report.ts and protocol/pages.ts. */
  readonly document: unknown;
  /** Details of the series, where the page shows any. */
  readonly details?: ReportDocument["details"];
  /** Address of the run in the daemon's API, such as `/api/v1/runs/ID`: the page then follows, steers and asks the run. */
  readonly api?: string;
  /** Mark of the page's own scripts and styles; random when left out. */
  readonly nonce?: string;
}

/**
 * The report as one HTML page that opens offline: markup, styles, script, Plotly and data inline, under a content
 * security policy that allows nothing else. Throws an EngineError where the page's script has not been built.
 */
export function renderReportPage(document: ReportDocument): string {
  return [...reportPageParts(document)].join("");
}

/** The same page in parts, for writing documents that are too long for one string. */
export function reportPageParts({ details, ...summary }: ReportDocument): Generator<string> {
  const title = `${summary.experiment.name} · forecast report`;
  return runPageParts({ page: "report", title, document: summary, details });
}

/** Any page of a run for a plain browser, in parts. */
export function* runPageParts(settings: RunPageSettings): Generator<string> {
  const { page, title, document, details, api, nonce = newNonce() } = settings;
  const built = builtFolder();
  yield head(title, nonce, readFileSync(`${built}${page}.style.css`, "utf8"), api);
  yield dataElement('id="document"', document);
  // The page's script comes before the bulk, so that the answer is painted while the browser still reads the series.
  yield `<script nonce="${nonce}">${scriptText(readFileSync(`${built}${page}.js`, "utf8"))}</script>\n`;
  for (const chunk of chunks(details ?? [])) yield dataElement(`data-from="${chunk.from}"`, chunk.details);
  yield `<script type="text/plain" id="plotly">${scriptText(readFileSync(`${built}plotly.js`, "utf8"))}</script>\n`;
  yield "</body>\n</html>\n";
}

/** A mark that no script but the page's own can know. */
export function newNonce(): string {
  return randomBytes(16).toString("base64");
}

/** What a page may load: itself, and with `api` the daemon that serves it. */
export function pagePolicy(nonce: string, api?: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data: blob:",
    ...(api === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function head(title: string, nonce: string, style: string, api: string | undefined): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(nonce, api)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Almanac">
<title>${htmlText(title)}</title>
<style nonce="${nonce}" id="plotly.js-style-global"></style>
<style nonce="${nonce}">${style}</style>
</head>
<body${api === undefined ? "" : ` data-api="${htmlText(api)}"`}>
<main id="page"><noscript>This report draws its charts with a script inside this file: allow scripts to see it.</noscript></main>
`;
}

function* chunks(details: ReportDocument["details"]): Generator<{ from: number; details: (SeriesDetail | null)[] }> {
  let from = 0;
  let size = 0;
  for (let i = 0; i < details.length; i++) {
    const detail = details[i];
    size += 16 + (detail ? detail.history.length + detail.quantiles.length + detail.backtest.quantiles.length : 0);
    if (size < chunkCharacters && i < details.length - 1) continue;
    yield { from, details: details.slice(from, i + 1) };
    from = i + 1;
    size = 0;
  }
}

/** JSON in a script element: `<` is the one character that could end it or open a comment. */
function dataElement(attributes: string, value: unknown): string {
  return `<script type="application/json" ${attributes}>${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>\n`;
}

/** A script's text that cannot end its element early; both sequences only occur inside string literals. */
function scriptText(source: string): string {
  return source.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function htmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!);
}

/** Folder of the built pages, seen from the bundled daemon or from this source file; undefined if they are not built. */
export function findPages(): string | undefined {
  return ["../webview/", "../../../dist/webview/"]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((folder) => existsSync(`${folder}report.js`) && existsSync(`${folder}plotly.js`));
}

function builtFolder(): string {
  const folder = findPages();
  if (folder !== undefined) return folder;
  throw new EngineError("The report's page has not been built.", { fix: "Run `npm run build` and try again." });
}
