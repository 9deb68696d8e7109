/**
 * The experiment's text with one more monotone constraint under `covariates:`; a constraint of the same covariate is replaced.
 * Blocks and flow maps are both kept as they are written.
 */
export function withMonotone(text: string, covariate: string, direction: 1 | -1): string {
  const entry = `${JSON.stringify(covariate)}: ${direction === 1 ? "rising" : "falling"}`;
  const block = /^covariates:[ \t]*(#.*)?$/m.exec(text);
  const flow = /^covariates:[ \t]*\{/m.exec(text);
  const present = /^([ \t]+)monotone:[ \t]*\{([^}\n]*)\}/m.exec(text);
  if (block !== null && present !== null) {
    const kept = present[2]!
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "" && part.split(":")[0]!.replaceAll(/["']/g, "").trim() !== covariate);
    const line = `${present[1]}monotone: {${[...kept, entry].join(", ")}}`;
    return text.replace(present[0], () => line);
  }
  if (block !== null) {
    const end = block.index + block[0].length;
    const indent = /^\n([ ]+)\S/.exec(text.slice(end))?.[1] ?? "  ";
    return `${text.slice(0, end)}\n${indent}monotone: {${entry}}${text.slice(end)}`;
  }
  if (flow !== null) {
    const end = flow.index + flow[0].length;
    const more = /^\s*\}/.test(text.slice(end)) ? "" : ", ";
    return `${text.slice(0, end)}monotone: {${entry}}${more}${text.slice(end)}`;
  }
  return `${text.trimEnd()}\ncovariates:\n  monotone: {${entry}}\n`;
}
