/** `almanac serve` alone: what the bundled daemon starts from. */
import { enableCompileCache } from "node:module";
import { runProgram } from "./program.ts";

// Compiled code is kept between starts, for this process and for those it forks.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;

await runProgram(async (program) => (await import("./serve.ts")).register(program));
