import { isDatePattern, isEncoding } from "../../../protocol/experiment/formats.ts";
import { type DataFormat, formatSchema } from "../data/request.ts";

/** `data.format` of a text that is being written: keys whose values are no use yet are left out. */
export function formatOf(written: Readonly<Record<string, unknown>> | undefined): DataFormat | undefined {
  if (written === undefined) return undefined;
  const usable = Object.entries(written).filter(([key, value]) => {
    if (key === "date" && !isDatePattern(String(value))) return false;
    if (key === "encoding" && !isEncoding(String(value))) return false;
    return formatSchema.safeParse({ [key]: value }).success;
  });
  return formatSchema.parse(Object.fromEntries(usable));
}
