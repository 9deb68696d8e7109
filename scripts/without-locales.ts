import type { Plugin } from "esbuild";

/** zod brings its messages in 50 languages, half a megabyte of which nothing is shown. */
export const withoutLocales: Plugin = {
  name: "without-zod-locales",
  setup(bundle) {
    bundle.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      importer.includes("zod") ? { path: "none", namespace: "without-zod-locales" } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: "without-zod-locales" }, () => ({ contents: "export {}" }));
  },
};
