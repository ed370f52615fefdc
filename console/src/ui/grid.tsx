// A table of things: search, sorting, pages, an empty state that leads on. In
// narrow windows it has one column, with what the others say below it.

import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Whole } from "./bits.tsx";
import { Failure } from "./failure.tsx";
import { useNarrow } from "./narrow.ts";
import { Stacked } from "./stacked.tsx";

export interface Column<T> {
  id: string;
  header: string;
  /** What is sorted and searched by. */
  value: (item: T) => string | number;
  cell?: (item: T) => ReactNode;
  width?: number;
  /** Ids and addresses: never broken over two lines. */
  whole?: boolean;
  /** Left out in narrow windows. */
  minor?: boolean;
}

interface Props<T> {
  name: string; // "Trust relationships"
  description?: ReactNode;
  items: readonly T[] | undefined;
  columns: Column<T>[];
  id: (item: T) => string;
  empty: { title: string; text?: ReactNode; action?: ReactNode };
  actions?: ReactNode;
  /** What the items come from, and what is said when it fails. */
  answer?: { error: Error | undefined; reload: () => Promise<void> };
  failed?: string;
  selected?: T | null | undefined;
  select?: (item: T | null) => void;
  multi?: { chosen: T[]; choose: (items: T[]) => void };
  label?: (item: T) => string;
  variant?: TableProps.Variant;
  sortBy?: string;
  /** In place of the search. */
  filters?: ReactNode;
  pageSize?: number;
}

export function Grid<T>(props: Props<T>) {
  const { columns, items, answer, empty, select, selected, multi } = props;
  const failure = items === undefined && answer?.error && (
    <Failure error={answer.error} what={props.failed ?? "They could not be listed"} retry={answer.reload} />
  );
  const narrow = useNarrow();
  const definitions: TableProps.ColumnDefinition<T>[] = columns.map((c) => ({
    id: c.id,
    header: c.header,
    cell: cellOf(c),
    sortingComparator: (a: T, b: T) => compare(c.value(a), c.value(b)),
    ...(c.width ? { minWidth: c.width } : {}),
    ...(c === columns[0] ? { isRowHeader: true } : {}),
  }));
  const [page, setPage] = useState(1);
  const clear = useRef(() => undefined as unknown);
  const first = props.sortBy ? definitions.find((d) => d.id === props.sortBy) : definitions[0];
  const c = useCollection(items ?? [], {
    filtering: {
      filteringFunction: (item, text) => {
        const wanted = text.trim().toLowerCase();
        return columns.some((col) => String(col.value(item)).toLowerCase().includes(wanted));
      },
      empty: (
        <Box textAlign="center" color="inherit" padding={{ vertical: "s" }}>
          <SpaceBetween size="xs">
            <b>{empty.title}</b>
            {empty.text && <Box color="text-body-secondary">{empty.text}</Box>}
            {empty.action}
          </SpaceBetween>
        </Box>
      ),
      noMatch: (
        <Box textAlign="center" color="inherit" padding={{ vertical: "s" }}>
          <SpaceBetween size="xs">
            <b>Nothing matches the search</b>
            <Button onClick={() => clear.current()}>Clear search</Button>
          </SpaceBetween>
        </Box>
      ),
    },
    sorting: first ? { defaultState: { sortingColumn: first } } : {},
  });
  useEffect(() => {
    clear.current = () => c.actions.setFiltering("");
  });
  // A table inside a page that is seen at a glance needs no search.
  const few = props.variant === "full-page" ? 0 : 5;
  const size = props.pageSize ?? 25;
  const pages = Math.max(1, Math.ceil(c.items.length / size));
  const current = Math.min(page, pages);
  // An object that has changed is another value of the same id.
  const chosen = multi
    ? (items ?? []).filter((i) => multi.chosen.some((o) => props.id(o) === props.id(i)))
    : (items ?? []).filter((i) => selected && props.id(i) === props.id(selected));
  const loading = items === undefined && !failure;
  return (
    <Table<T>
      {...c.collectionProps}
      {...(loading ? { "data-filling": "" } : {})} // what is below waits for it
      variant={props.variant ?? "container"}
      items={c.items.slice((current - 1) * size, current * size)}
      columnDefinitions={narrow ? stacked(columns, definitions) : definitions}
      trackBy={props.id}
      loading={loading}
      loadingText={`Loading ${props.name.toLowerCase()}`}
      empty={failure || c.collectionProps.empty}
      wrapLines
      stickyHeader={props.variant === "full-page"}
      enableKeyboardNavigation
      selectedItems={chosen}
      {...(multi
        ? { selectionType: "multi", onSelectionChange: (e) => multi.choose(e.detail.selectedItems) }
        : select
          ? { selectionType: "single", onSelectionChange: (e) => select(e.detail.selectedItems[0] ?? null) }
          : {})}
      ariaLabels={{
        tableLabel: props.name,
        selectionGroupLabel: `Choose one of ${props.name.toLowerCase()}`,
        allItemsSelectionLabel: () => "Choose all",
        itemSelectionLabel: (_, item) => `Choose ${props.label ? props.label(item) : props.id(item)}`,
      }}
      header={
        <Header
          variant={props.variant === "full-page" ? "awsui-h1-sticky" : "h2"}
          counter={items ? `(${items.length})` : ""}
          actions={props.actions}
          {...(props.description ? { description: props.description } : {})}
        >
          {props.name}
        </Header>
      }
      filter={
        props.filters ??
        ((items ? items.length > few : props.variant === "full-page") || c.filterProps.filteringText !== "" ? (
          <TextFilter
            {...c.filterProps}
            onChange={(e) => {
              setPage(1);
              c.filterProps.onChange(e);
            }}
            filteringPlaceholder="Find"
            filteringAriaLabel={`Find in ${props.name}`}
            filteringClearAriaLabel="Clear search"
            countText={c.filteredItemsCount === 1 ? "1 match" : `${c.filteredItemsCount ?? 0} matches`}
          />
        ) : undefined)
      }
      pagination={
        pages > 1 || props.variant === "full-page" ? ( // always there, or its coming would move the rows
          <Pagination
            currentPageIndex={current}
            pagesCount={pages}
            onChange={(e) => setPage(e.detail.currentPageIndex)}
            ariaLabels={{
              nextPageLabel: "Next page",
              previousPageLabel: "Previous page",
              pageLabel: (n) => `Page ${n}`,
            }}
          />
        ) : undefined
      }
    />
  );
}

function cellOf<T>(c: Column<T>) {
  const cell = c.cell ?? ((item: T) => c.value(item) || "–");
  return c.whole ? (item: T) => <Whole>{cell(item)}</Whole> : cell;
}

/** The first column, with what those of the others say that are not minor. */
function stacked<T>(columns: Column<T>[], [first]: TableProps.ColumnDefinition<T>[]) {
  const others = columns.slice(1).filter((c) => !c.minor);
  const lines = (item: T) =>
    others.filter((c) => c.value(item) !== "").map((c) => ({ name: c.header, cell: cellOf(c)(item) }));
  const cell = (item: T) => <Stacked head={first?.cell(item)} lines={lines(item)} />;
  return first ? [{ ...first, cell, minWidth: 0, isRowHeader: false }] : [];
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
