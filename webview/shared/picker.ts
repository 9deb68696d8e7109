import { fill, h, uniqueId } from "./dom.ts";
import { formatScore, plural } from "./format.ts";
import { orderSeries, type SeriesFacts, type SeriesOrder, seriesOrders } from "./series-order.ts";
import { scrollTo, visibleRows } from "./virtual.ts";

const rowHeight = 36;

/** A searchable, sortable list of series that stays quick with 100,000 of them. */
export interface Picker {
  readonly element: HTMLElement;
  /** Shows `index` as chosen without telling the listener. */
  choose(index: number): void;
  /** The series after (1) or before (−1) the chosen one in the present order. */
  neighbour(step: 1 | -1): number | undefined;
}

/** Makes the list; `chosen` is called with the index of a series. */
export function picker(facts: SeriesFacts, metric: string, chosen: (index: number) => void): Picker {
  const listId = uniqueId("series");
  let rows: number[] = [];
  let current = 0;
  const search = h("input", {
    type: "search",
    placeholder: "Search series",
    "aria-label": "Search series",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => refresh(),
    onkeydown: (event: KeyboardEvent) => onKey(event),
  });
  const order = h(
    "select",
    { "aria-label": "Order of the series", onchange: () => refresh() },
    seriesOrders.filter(({ id }) => available(facts, id)).map(({ id, title }) => h("option", { value: id }, title)),
  );
  const count = h("p", { class: "muted count", role: "status" });
  const items = h("div", { class: "items" });
  const list = h(
    "div",
    {
      class: "list",
      role: "listbox",
      id: listId,
      "aria-label": "Series",
      tabindex: 0,
      onscroll: () => draw(),
      onkeydown: (event: KeyboardEvent) => onKey(event),
    },
    items,
  );

  const refresh = () => {
    rows = orderSeries(facts, search.value, order.value as SeriesOrder);
    count.textContent =
      rows.length === facts.names.length
        ? plural(rows.length, "series", "series")
        : `${rows.length} of ${plural(facts.names.length, "series", "series")}`;
    list.scrollTop = 0;
    draw();
  };
  const draw = () => {
    const view = visibleRows(rows.length, rowHeight, list.scrollTop, list.clientHeight || 360);
    items.style.height = `${view.height}px`;
    fill(
      items,
      rows.slice(view.from, view.to).map((index, position) => row(index, view.from + position)),
    );
    const active = `${listId}-${current}`;
    for (const element of [search, list]) {
      if (document.getElementById(active) === null) element.removeAttribute("aria-activedescendant");
      else element.setAttribute("aria-activedescendant", active);
    }
  };
  const row = (index: number, position: number) => {
    const error = facts.error[index]!;
    return h(
      "div",
      {
        class: "item",
        role: "option",
        id: `${listId}-${index}`,
        "aria-selected": String(index === current),
        "aria-setsize": rows.length,
        "aria-posinset": position + 1,
        title: facts.names[index],
        style: { top: `${position * rowHeight}px` },
        onclick: () => pick(index),
      },
      h("span", { class: "name" }, facts.names[index]),
      h("span", { class: "value" }, formatScore(error)),
    );
  };
  const pick = (index: number) => {
    current = index;
    const position = rows.indexOf(index);
    if (position >= 0) list.scrollTop = scrollTo(position, rowHeight, list.scrollTop, list.clientHeight);
    draw();
    chosen(index);
  };
  const onKey = (event: KeyboardEvent) => {
    const target = moved(rows.indexOf(current), event.key, rows.length, event.target === list);
    if (target === undefined) return;
    event.preventDefault();
    pick(rows[target]!);
  };
  const element = h(
    "aside",
    { class: "picker card", "aria-label": "Series" },
    h(
      "div",
      { class: "picker-tools" },
      search,
      order,
      h("p", { class: "columns muted" }, h("span", {}, "Series"), h("span", {}, metric)),
    ),
    list,
    count,
  );
  new ResizeObserver(draw).observe(list);
  refresh();
  return {
    element,
    choose: (index) => {
      current = index;
      const position = rows.indexOf(index);
      if (position >= 0) list.scrollTop = scrollTo(position, rowHeight, list.scrollTop, list.clientHeight);
      draw();
    },
    neighbour: (step) => rows[rows.indexOf(current) + step],
  };
}

function available(facts: SeriesFacts, order: SeriesOrder): boolean {
  if (order === "lost") return facts.baselineError !== undefined;
  return order !== "large" || facts.size !== undefined;
}

/** Row that a key leads to, nothing where the key means something else. Home and End move the caret inside a text field. */
export function moved(position: number, key: string, count: number, inList: boolean): number | undefined {
  if (count === 0) return undefined;
  const clamp = (target: number) => Math.min(count - 1, Math.max(0, target));
  if (key === "ArrowDown") return clamp(position + 1);
  if (key === "ArrowUp") return position < 0 ? 0 : clamp(position - 1);
  if (key === "PageDown") return clamp(position + 10);
  if (key === "PageUp") return clamp(position - 10);
  if (key === "Enter" && position < 0) return 0;
  if (inList && key === "Home") return 0;
  return inList && key === "End" ? count - 1 : undefined;
}
