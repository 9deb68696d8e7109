/** Pages that show runs; each is `dist/webview/NAME.js` with its `NAME.style.css`. */
export const pageNames = ["report", "live", "compare", "explain", "what-if"] as const;

export type PageName = (typeof pageNames)[number];

export const pageTitles: Readonly<Record<PageName, string>> = {
  report: "Report",
  live: "Training",
  compare: "Compare",
  explain: "Explain",
  "what-if": "What If",
};

export interface PageParts {
  readonly nonce: string;
  readonly cspSource: string;
  readonly asset: (name: string) => string;
  readonly title: string;
  readonly page: PageName;
  /** What the page saves, so that it is found again after a restart. */
  readonly state: unknown;
  /** Documents that the page reads at its start, by element id. */
  readonly documents: Readonly<Record<string, unknown>>;
  /** Further JSON in elements that name the index of their first item. */
  readonly chunks: readonly { readonly from: number; readonly items: readonly unknown[] }[];
}

/** A page under a content security policy that allows its own script and styles, and nothing from elsewhere. */
export function pageHtml(parts: PageParts): string {
  const { nonce, cspSource, asset, page, title } = parts;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}' ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
  ].join("; ");
  const documents = Object.entries(parts.documents).map(([id, value]) => json(`id="${id}"`, value));
  const chunks = parts.chunks.map(({ from, items }) => json(`data-from="${from}"`, items));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style nonce="${nonce}" id="plotly.js-style-global"></style>
<link rel="stylesheet" href="${asset(`${page}.style.css`)}">
</head>
<body data-host="editor">
<main id="page"></main>
${documents.join("\n")}
<script nonce="${nonce}">globalThis.almanacHost = acquireVsCodeApi(); almanacHost.setState({ ...almanacHost.getState(), ...${scriptJson(parts.state)} });</script>
<script nonce="${nonce}" src="${asset(`${page}.js`)}"></script>
${chunks.join("\n")}
<script type="text/plain" id="plotly" data-src="${asset("plotly.js")}"></script>
</body>
</html>`;
}

/** A page that has nothing to show but a sentence: that it is loading, or why it cannot be shown. */
export function noticeHtml(title: string, sentence: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>${escapeText(title)}</title>
</head>
<body>
<main><p role="status">${escapeText(sentence)}</p></main>
</body>
</html>`;
}

function json(attributes: string, value: unknown): string {
  return `<script type="application/json" ${attributes}>${scriptJson(value)}</script>`;
}

/** JSON that cannot end the script element it stands in. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
