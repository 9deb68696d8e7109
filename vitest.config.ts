import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** No machine is so slow that a test reaches this, in milliseconds: it ends what hangs, and says nothing of speed. */
const patience = 600_000;

const settings = {
  // Processes that tests start keep the code that they compiled, where the command line keeps it too.
  env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
  exclude: ["test/e2e/**", "node_modules/**"],
  testTimeout: patience,
  hookTimeout: patience,
  teardownTimeout: patience,
  expect: { poll: { timeout: 0.9 * patience, interval: 20 } },
};

/**
 * Tests of functions that keep nothing between calls: their files share a process, which loads every module once. A file
 * that replaces modules, starts servers or depends on what a module keeps does not belong here.
 */
const pure = [
  ...["docs", "language", "protocol", "webview", "training/data", "training/experiment"],
  ...["ensemble", "evaluation", "explain", "features", "library", "numerics", "panel", "search"].map(
    (folder) => `forecasting/${folder}`,
  ),
  ...["arima", "boosting", "ets", "intermittent", "linear", "stl", "theta"].map(
    (folder) => `forecasting/models/${folder}`,
  ),
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ["test/fixtures/build.ts"],
    pool: "forks",
    maxWorkers: 2,
    projects: [
      { test: { ...settings, name: "pure", include: pure, isolate: false } },
      {
        test: {
          ...settings,
          name: "own process",
          include: ["test/**/*.test.ts"],
          exclude: [...settings.exclude, ...pure],
        },
      },
    ],
  },
});
