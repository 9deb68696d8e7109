/**
 * Which folder may import which: arrows go downward only (docs/architecture.md). `npm run check` fails on any other
 * import, and test/imports.test.ts plants a forbidden import for each rule.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
export default {
  forbidden: [
    only("engine", "^daemon/engine/", ["daemon/engine/", "protocol/"]),
    only("forecasting", "^daemon/forecasting/", ["daemon/(forecasting|engine)/", "protocol/"]),
    only("training", "^daemon/training/", ["daemon/(training|forecasting|engine)/", "protocol/"]),
    only("server", "^daemon/server/", ["daemon/(server|training|forecasting)/", "protocol/"]),
    only("command-line", "^daemon/cli/", ["daemon/", "protocol/"]),
    only("protocol", "^protocol/", ["protocol/"]),
    only("pages", "^webview/", ["webview/", "protocol/"]),
    // The language server starts the program that reads data: through the same channel as every child process.
    only("extension", "^extension/", ["extension/", "protocol/", "daemon/training/workers/processes\\.ts$"]),
    {
      name: "vscode-in-one-place",
      comment: "Only extension/editor and extension/main.ts import the editor's API.",
      severity: "error",
      from: { path: "^extension/", pathNot: "^extension/(editor/|main\\.ts$)" },
      to: { path: ["^vscode$", "^node_modules/vscode/", "^node_modules/@types/vscode/"] },
    },
    {
      name: "no-native-code-in-the-server",
      comment: "DuckDB and ONNX Runtime can crash a process: the server leaves them to child processes.",
      severity: "error",
      from: { path: "^daemon/server/(serve|worker)\\.ts$" },
      to: { path: "^node_modules/(@duckdb|onnxruntime-node)/", reachable: true },
    },
    {
      name: "no-circle",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(bench/.venv|dist)/" },
  },
};

/** Files of a room import only these folders of the repository. */
function only(room, path, folders) {
  return {
    name: `${room}-imports-downward-only`,
    severity: "error",
    from: { path },
    to: { path: "^(daemon|protocol|extension|webview|bench|scripts|test)/", pathNot: `^(${folders.join("|")})` },
  };
}
