import type { RouteShape } from "../../../protocol/api/route.ts";
import { apiRoot, routes } from "../../../protocol/api/routes.ts";

/** The API as a page to read, without scripts; the OpenAPI document has every schema. */
export function docsPage(version: string): string {
  const byTag = Map.groupBy(Object.entries<RouteShape>(routes), ([, route]) => route.tag);
  const sections = [...byTag].map(([tag, entries]) => {
    const rows = entries.map(
      ([name, { method, path, summary }]) =>
        `<tr id="${name}"><td><code>${method}</code></td><td><code>${apiRoot}${path}</code></td><td>${escapeHtml(summary)}</td></tr>`,
    );
    return `<h2>${tag}</h2><table>${rows.join("")}</table>`;
  });
  return htmlPage(
    "Almanac API",
    `<h1>Almanac API</h1><p>Version ${escapeHtml(version)}. <a href="openapi.json">OpenAPI 3.1 document</a>. Send
    <code>Authorization: Bearer TOKEN</code>; errors are problem details (RFC 9457).</p>${sections.join("")}`,
  );
}

/** A whole page around a body, readable in light and dark. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;
max-width:64rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;
padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}</style>${body}</html>`;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
