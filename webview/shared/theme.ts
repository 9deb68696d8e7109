import type { ChartTheme } from "../charts/figure.ts";

const names = ["text", "muted", "line", "surface", "accent", "second", "positive", "negative", "good", "warn"] as const;

/** The page's colours as the browser resolved them, for charts that cannot read style variables. */
export function readTheme(): ChartTheme {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(names.map((name) => [name, colour(name)])) as Record<
    (typeof names)[number],
    string
  >;
  const palette = Array.from({ length: 8 }, (_, index) => colour(`series-${index + 1}`));
  const font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return { ...colours, palette, font };
}

/** Calls `changed` whenever colours may differ: system preference, the editor's theme, the page's own switch. */
export function watchTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
}

/** Switches between light and dark against the system's preference. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === "dark" || (!root.dataset.theme && prefersDark());
  root.dataset.theme = dark ? "light" : "dark";
}

function prefersDark(): boolean {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
