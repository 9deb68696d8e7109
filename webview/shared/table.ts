import { append, type Child, fill, h } from "./dom.ts";
import { formatNumber } from "./format.ts";

export type Cell = string | number | null;

/** One column of a table of `Row`s. */
export interface Column<Row> {
  readonly title: string;
  /** Longer text behind the title. */
  readonly hint?: string;
  readonly value: (row: Row) => Cell;
  /** What to show instead of the value. */
  readonly show?: (row: Row) => Child;
  readonly numeric?: boolean;
}

export interface TableSettings<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Column to sort by first, ascending. */
  readonly sort?: number;
  readonly rowClass?: (row: Row) => string | undefined;
  /** Rows shown before "show all". */
  readonly limit?: number;
}

/** A table with sortable columns. Missing values stay at the end in both directions. */
export function dataTable<Row>(settings: TableSettings<Row>): HTMLElement {
  let sorted: { column: number; ascending: boolean } | undefined =
    settings.sort === undefined ? undefined : { column: settings.sort, ascending: true };
  let limit = settings.limit ?? 200;
  const body = h("tbody");
  const more = h("button", { type: "button", class: "quiet more", onclick: () => show(Number.POSITIVE_INFINITY) });
  const headers = settings.columns.map((column, index) => headerCell(column, () => sortBy(index)));
  const show = (count: number) => {
    limit = count;
    draw();
  };
  const sortBy = (column: number) => {
    sorted = { column, ascending: sorted?.column === column ? !sorted.ascending : true };
    draw();
  };
  const draw = () => {
    const column = sorted === undefined ? undefined : settings.columns[sorted.column];
    const rows = column === undefined ? settings.rows : sortRows(settings.rows, column.value, sorted!.ascending);
    headers.forEach((header, index) => {
      const direction = sorted?.ascending === false ? "descending" : "ascending";
      if (sorted?.column === index) header.setAttribute("aria-sort", direction);
      else header.removeAttribute("aria-sort");
    });
    fill(
      body,
      rows.slice(0, limit).map((row) => bodyRow(row, settings)),
    );
    more.hidden = rows.length <= limit;
    more.textContent = `Show all ${formatNumber(rows.length, 9)} rows`;
  };
  draw();
  const table = h(
    "table",
    {},
    h("caption", { class: "visually-hidden" }, settings.caption),
    h("thead", {}, h("tr", {}, headers)),
    body,
  );
  return h(
    "div",
    { class: "table-frame" },
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": settings.caption }, table),
    more,
  );
}

function headerCell<Row>(column: Column<Row>, sort: () => void): HTMLElement {
  const button = h("button", { type: "button", title: column.hint, onclick: sort }, column.title);
  return h("th", { scope: "col", class: column.numeric === true ? "numeric" : undefined }, button);
}

function bodyRow<Row>(row: Row, settings: TableSettings<Row>): HTMLElement {
  const line = h("tr", { class: settings.rowClass?.(row) });
  settings.columns.forEach((column, index) => {
    const value = column.value(row);
    const content = column.show?.(row) ?? (typeof value === "number" ? formatNumber(value) : (value ?? "–"));
    const kind = column.numeric === true ? "numeric" : undefined;
    append(line, [index === 0 ? h("th", { scope: "row", class: kind }, content) : h("td", { class: kind }, content)]);
  });
  return line;
}

/** Rows in order of a value: numbers by size, texts by the alphabet, missing ones last whichever way. */
export function sortRows<Row>(rows: readonly Row[], value: (row: Row) => Cell, ascending: boolean): Row[] {
  const sign = ascending ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    const gone = Number(isMissing(a)) - Number(isMissing(b));
    if (gone !== 0 || isMissing(a)) return gone;
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}

function isMissing(value: Cell): boolean {
  return value === null || (typeof value === "number" && Number.isNaN(value));
}
