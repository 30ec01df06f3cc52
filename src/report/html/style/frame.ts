/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/** The bar, the list of runs, the head of a run, the summary. */
export const FRAME = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    padding: 7px 14px;
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }
  .bar h1 {
    font-size: 15px;
  }
  #title {
    font-weight: 400;
    color: var(--muted);
  }
  #totals {
    flex: 1;
    padding-left: 8px;
  }
  #runs-toggle {
    display: none;
  }
  .layout {
    position: relative;
    flex: 1;
    min-height: 0;
    display: flex;
  }
  #sidebar {
    flex: 0 0 264px;
    display: flex;
    flex-direction: column;
    gap: 8px;
    padding: 10px;
    border-right: 1px solid var(--line);
    background: var(--surface);
  }
  main {
    flex: 1;
    min-width: 0;
  }
  #run {
    height: 100%;
    display: flex;
    flex-direction: column;
  }
  #summary {
    height: 100%;
    overflow: auto;
    padding: 16px 20px;
  }
  #summary > * + * {
    margin-top: 12px;
  }
  .problem {
    color: var(--failure);
    font-weight: 600;
  }
  table {
    border-collapse: collapse;
    margin-top: 6px;
  }
  .table {
    overflow-x: auto;
  }
  .table.is-narrow {
    columns: 3 300px;
  }
  .table.is-narrow tr {
    break-inside: avoid;
  }
  th,
  td {
    padding: 3px 12px 3px 0;
    text-align: left;
    vertical-align: top;
    border-bottom: 1px solid var(--line);
  }
  th {
    color: var(--muted);
    font-weight: 500;
  }
  th.number,
  td.number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  td.zero {
    color: var(--failure);
  }
  td.nothing {
    background: var(--lane);
  }
  .list {
    flex: 1;
    min-height: 0;
    overflow: auto;
    position: relative;
  }
  .list-inner {
    position: relative;
  }
  .list:has(.list-inner:empty)::before {
    content: attr(data-empty);
    display: block;
    padding: 4px 14px;
    color: var(--muted);
  }
  .list .row {
    position: absolute;
    left: 0;
    right: 0;
    top: 0;
    overflow: hidden;
    white-space: nowrap;
    cursor: pointer;
  }
  .list .row:hover {
    background: var(--lane);
  }
  .list .row[aria-selected='true'] {
    background: var(--talk-fill);
    color: var(--talk-ink);
  }
  .row[aria-selected='true'] small {
    color: inherit;
  }
  #runs .row {
    display: grid;
    grid-template-columns: 18px 1fr;
    column-gap: 4px;
    align-content: center;
    padding: 0 8px;
    border-radius: 5px;
  }
  #runs .row small {
    grid-column: 2;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  #runs .name {
    overflow: hidden;
    text-overflow: ellipsis;
    font-weight: 500;
  }
  #runs .passed .mark {
    color: var(--good);
  }
  #runs .failed .mark,
  #runs .failed .verdict {
    color: var(--failure);
    font-weight: 700;
  }
  #run-head {
    padding: 10px 14px 8px;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
  }
  #run-head h2 {
    overflow-wrap: anywhere;
    font-size: 17px;
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .badge {
    padding: 1px 9px;
    border-radius: 10px;
    font-size: 12px;
    font-weight: 600;
  }
  .badge.passed {
    background: var(--answer-fill);
    color: var(--answer-ink);
  }
  .badge.failed {
    background: var(--bad-fill);
    color: var(--bad-ink);
  }
  .facts-line {
    color: var(--muted);
  }
  .story {
    overflow-wrap: anywhere;
    flex-basis: 100%;
    order: 3;
  }
  #run-head > .command {
    margin-left: auto;
  }
  .comparison {
    order: 4;
    flex-basis: 100%;
    color: var(--accent);
    font-weight: 500;
  }
  #untraced {
    padding: 0 14px 10px;
  }
`;
