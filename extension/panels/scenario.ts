/** The experiment's text with one more scenario. JSON is YAML: the entry stands on one line. */
export function withScenario(text: string, entry: string): string {
  const list = /^scenarios:[ \t]*(#.*)?$/m.exec(text);
  if (list !== null) {
    const end = list.index + list[0].length;
    const indent = /^\n([ ]*)-/.exec(text.slice(end))?.[1] ?? "  ";
    return `${text.slice(0, end)}\n${indent}- ${entry}${text.slice(end)}`;
  }
  const flow = /^scenarios:[ \t]*\[/m.exec(text);
  if (flow !== null) {
    const end = flow.index + flow[0].length;
    const more = /^\s*\]/.test(text.slice(end)) ? "" : ", ";
    return `${text.slice(0, end)}${entry}${more}${text.slice(end)}`;
  }
  return `${text.trimEnd()}\nscenarios:\n  - ${entry}\n`;
}
