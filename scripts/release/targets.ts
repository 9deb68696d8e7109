/** Platforms that releases are made for, as Node names them. */
export const targets = ["linux-x64", "linux-arm64", "win32-x64", "win32-arm64", "darwin-x64", "darwin-arm64"] as const;
export type Target = (typeof targets)[number];

/** The two parts of a platform's name. */
export function partsOf(target: Target): { os: string; cpu: string } {
  const [os = "", cpu = ""] = target.split("-");
  return { os, cpu };
}

/** The platform of this machine. Throws an error if releases do not cover it. */
export function hostTarget(): Target {
  return targetOf(`${process.platform}-${process.arch}`);
}

/** The platform with this name. Throws an error that lists the names if there is none. */
export function targetOf(name: string): Target {
  const target = targets.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`There is no release for ${name}; there are: ${targets.join(", ")}.`);
  return target;
}
