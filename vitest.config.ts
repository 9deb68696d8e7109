import { defineConfig } from "vitest/config";

/** No machine is so slow that a test reaches this, in milliseconds: it ends what hangs, and says nothing of speed. */
const patience = 600_000;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    globalSetup: ["test/fixtures/build.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: patience,
    hookTimeout: patience,
    teardownTimeout: patience,
    expect: { poll: { timeout: 0.9 * patience, interval: 20 } },
  },
});
