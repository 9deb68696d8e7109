/** Plain data as indented text in the manner of YAML, for reading. */
export function outline(value: unknown, indent = ""): string {
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry !== "object" || entry === null)) return `[${value.map(scalar).join(", ")}]`;
    return value.map((entry) => `\n${indent}- ${outline(entry, `${indent}  `).trimStart()}`).join("");
  }
  if (typeof value !== "object" || value === null) return scalar(value);
  const lines = Object.entries(value).map(([key, entry]) => `${indent}${key}: ${nested(entry, indent)}`);
  return indent === "" ? lines.join("\n") : `\n${lines.join("\n")}`;
}

function nested(value: unknown, indent: string): string {
  return outline(value, `${indent}  `);
}

function scalar(value: unknown): string {
  return typeof value === "string" && (value === "" || /[:#[\]{},\n]/.test(value))
    ? JSON.stringify(value)
    : String(value);
}
