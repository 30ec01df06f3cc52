/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/** The time line, its labels and the overview. */
export const DRAWING = css`
  #drawing {
    flex: 1 1 62%;
    min-height: 180px;
    display: flex;
    flex-direction: column;
  }
  #run:not(.is-traced) #drawing {
    display: none;
  }
  #overview {
    position: relative;
    height: 44px;
    margin-left: 132px;
    border-top: 1px solid var(--line);
  }
  #overview canvas,
  #overview svg {
    position: absolute;
    inset: 0;
  }
  #overview .selection {
    fill: var(--accent);
    fill-opacity: 0.14;
    stroke: var(--accent);
  }
  #timeline {
    position: relative;
    flex: 1;
    min-height: 0;
    display: flex;
    flex-direction: column;
    border-top: 1px solid var(--line);
  }
  #timeline:focus-visible {
    outline-offset: -2px;
  }
  .ruler {
    display: flex;
    height: 38px;
    border-bottom: 1px solid var(--line);
  }
  .ruler-title {
    flex: 0 0 132px;
    padding: 16px 12px 0;
    color: var(--muted);
    font-size: 11px;
  }
  .lanes {
    flex: 1;
    min-height: 0;
    display: flex;
    align-items: flex-start;
    overflow: hidden auto;
  }
  #labels {
    position: relative;
    flex: 0 0 132px;
  }
  .lane-label,
  .group-label {
    position: absolute;
    left: 0;
    right: 0;
    display: flex;
    align-items: center;
    padding: 0 8px 0 24px;
    overflow: hidden;
    white-space: nowrap;
    font-size: 12px;
    color: var(--muted);
  }
  .lane-label span,
  .group-label span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .lane-label.is-other {
    color: var(--accent);
    padding-left: 36px;
  }
  .group-label {
    text-align: left;
    gap: 6px;
    padding: 0 8px;
    border: 0;
    border-radius: 0;
    background: none;
    color: var(--text);
    font-weight: 600;
  }
  .group-label::before {
    content: '';
    width: 0;
    border: 4px solid transparent;
    border-left: 6px solid var(--muted);
    border-right: 0;
  }
  .group-label[aria-expanded='true']::before {
    transform: rotate(90deg);
  }
  .group-label small {
    flex: 0 9999 auto;
    min-width: 26px;
    font-weight: 400;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .drawn {
    position: sticky;
    top: 0;
    flex: 1;
    min-width: 0;
    height: 100%;
    cursor: grab;
    touch-action: none;
  }
  .drawn:active {
    cursor: grabbing;
  }
  .drawn.is-hit {
    cursor: pointer;
  }
  .drawn canvas {
    position: absolute;
    inset: 0;
  }
  #tooltip {
    position: absolute;
    z-index: 2;
    max-width: 340px;
    padding: 5px 9px;
    border: 1px solid var(--line);
    border-radius: 5px;
    background: var(--background);
    box-shadow: 0 3px 12px rgb(0 0 0 / 22%);
    pointer-events: none;
  }
  #tooltip strong,
  #tooltip span {
    display: block;
  }
  #tooltip span {
    color: var(--muted);
  }
  .shown {
    padding: 2px 14px;
    color: var(--muted);
    font-size: 11px;
    text-align: right;
    border-top: 1px solid var(--line);
  }
`;
