import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { type BuildOptions, build } from "esbuild";
import { buildDaemon } from "./build-daemon.ts";
import { buildExtension } from "./build-extension.ts";
import { buildLibrary } from "./build-library.ts";
import { withoutLocales } from "./without-locales.ts";

/**
 * Bundles what cannot run as it is: pages for a browser, the editor's extension host, and the library.
 * Every entry is left out where its source is not there, so that a part of the repository builds too.
 */
const pages = ["report", "compare", "live", "explain", "what-if"];

const bundles: { readonly source: string; readonly options: BuildOptions }[] = [
  ...pages.map((page) => ({
    source: `webview/${page}/main.ts`,
    options: {
      entryPoints: { [page]: `webview/${page}/main.ts`, [`${page}.style`]: `webview/${page}/page.css` },
      outdir: "dist/webview",
      format: "iife",
      platform: "browser",
      target: "chrome120",
      plugins: [withoutLocales],
    } satisfies BuildOptions,
  })),
];

for (const { source, options } of bundles) {
  if (!existsSync(source)) continue;
  await build({ bundle: true, minify: true, legalComments: "none", charset: "utf8", logLevel: "warning", ...options });
}
await mkdir("dist/webview", { recursive: true });
await copyFile("node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js", "dist/webview/plotly.js");
await buildExtension();
await buildDaemon();
await buildLibrary();
