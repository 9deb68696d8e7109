import manifest from "../../package.json" with { type: "json" };

/** Version of Almanac: cached results of another version are not used. */
export const version: string = manifest.version;

const { dependencies } = manifest;

/** Versions of everything that the numbers of a run depend on. */
export const versions: Readonly<Record<string, string>> = {
  almanac: version,
  node: process.versions.node,
  duckdb: dependencies["@duckdb/node-api"],
  "onnxruntime-node": dependencies["onnxruntime-node"],
  "date-holidays": dependencies["date-holidays"],
};
