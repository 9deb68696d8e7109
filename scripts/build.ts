import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { build, type Metafile } from "esbuild";
import { buildDaemon } from "./build-daemon.ts";
import { buildExtension } from "./build-extension.ts";
import { buildLibrary } from "./build-library.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { withoutLocales } from "./without-locales.ts";

/** Bundles what runs elsewhere than in a clone: pages for a browser, the extension, the command line and the library. */

const pages = ["report", "compare", "live", "explain", "what-if"];
const metafiles: Metafile[] = [];

for (const page of pages) {
  const { metafile } = await build({
    entryPoints: { [page]: `webview/${page}/main.ts`, [`${page}.style`]: `webview/${page}/page.css` },
    outdir: "dist/webview",
    bundle: true,
    minify: true,
    metafile: true,
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    format: "iife",
    platform: "browser",
    target: "chrome120",
    plugins: [withoutLocales],
  });
  metafiles.push(metafile);
}
await mkdir("dist/webview", { recursive: true });
await copyFile("node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js", "dist/webview/plotly.js");
metafiles.push(await buildExtension(), await buildDaemon(), ...(await buildLibrary()));
// What a release has to name the authors of: the charts are copied whole.
const packages = [...bundledPackages(metafiles), "node_modules/plotly.js-cartesian-dist-min"].sort();
await writeFile("dist/bundled.json", `${JSON.stringify(packages, null, 2)}\n`);
