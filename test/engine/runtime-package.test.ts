import * as runtime from "onnxruntime-node";
import { expect, test } from "vitest";
import { importRuntime, platformPackage } from "../../daemon/engine/backends/runtime-package.ts";

const name = platformPackage(`${process.platform}-${process.arch}`);

/** What Node throws if a package is not installed. */
function missing(title: string): Error {
  const error = new Error(`Cannot find package '${title}' imported from here`);
  return Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
}

test("ONNX Runtime comes from its own package if that is installed", async () => {
  const load = () => Promise.reject(new Error("not to be asked"));
  expect(await importRuntime(() => Promise.resolve(runtime), load)).toBe(runtime);
});

test("otherwise from the package of this platform", async () => {
  const asked: string[] = [];
  const load = (title: string) => {
    asked.push(title);
    return Promise.resolve(runtime);
  };
  expect(await importRuntime(() => Promise.reject(missing("onnxruntime-node")), load)).toBe(runtime);
  expect(asked).toEqual([name]);
});

test("if both are missing, the error names the package and what to do", async () => {
  const failed = importRuntime(
    () => Promise.reject(missing("onnxruntime-node")),
    () => Promise.reject(missing(name)),
  );
  await expect(failed).rejects.toMatchObject({
    tag: "engine",
    message: `ONNX Runtime, which trains networks, is not installed: the package ${name} is missing.`,
    fix: "Install Almanac again without omitting optional packages, or leave networks out.",
  });
});

test("a package that is there but does not load gives its own error", async () => {
  const broken = new Error("libonnxruntime.so.1: cannot open shared object file");
  const load = () => Promise.reject(new Error("not to be asked"));
  await expect(importRuntime(() => Promise.reject(broken), load)).rejects.toBe(broken);
});
