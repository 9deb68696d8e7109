import type { BuildOptions } from "esbuild";

/** Packages with native code, which stay packages, and one that `pg` tries and does without. */
const nativePackages = ["@duckdb/*", "better-sqlite3", "onnxruntime-node", "pg-native"];

/** CommonJS packages ask for Node's modules by `require`, and where their file is. */
const banner = `import { createRequire as almanacRequire } from "node:module";
const require = almanacRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

/** How code is bundled that an installed Almanac runs in Node: with every package but the native ones. */
export const nodeBundle = {
  bundle: true,
  splitting: true,
  legalComments: "none",
  // Less to download; stack traces keep their names.
  minifyWhitespace: true,
  logLevel: "warning",
  platform: "node",
  format: "esm",
  target: "node22",
  external: nativePackages,
  banner: { js: banner },
} satisfies BuildOptions;
