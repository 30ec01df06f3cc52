/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/** Narrow windows, unwelcome motion, paper. */
export const MEDIA = css`
  @media (max-width: 1000px) {
    #runs-toggle {
      display: inline-block;
    }
    #sidebar {
      display: none;
    }
    #sidebar.is-open {
      display: flex;
      position: absolute;
      z-index: 4;
      top: 0;
      bottom: 0;
      max-width: 100%;
      width: 290px;
      box-shadow: 6px 0 18px rgb(0 0 0 / 25%);
    }
    #panel {
      grid-template-columns: 1fr 240px;
    }
    #events .row {
      grid-template-columns: 88px 60px 150px 1fr;
    }
  }
  @media screen and (max-width: 640px) {
    #totals {
      flex-basis: 100%;
      order: 1;
      padding: 0;
    }
    #panel {
      grid-template: auto minmax(240px, 1fr) auto / 1fr;
    }
    .tabs {
      grid-column: 1;
    }
    #fields {
      min-height: 60px;
      max-height: 260px;
      border-left: 0;
      border-top: 1px solid var(--line);
    }
  }
  @media screen and (max-height: 640px), screen and (max-width: 640px) {
    body {
      height: auto;
      overflow: auto;
    }
    #run {
      height: auto;
    }
    #drawing {
      flex: none;
      height: max(300px, 85vh);
    }
    #panel {
      flex: none;
      height: max(320px, 75vh);
    }
    #sidebar {
      max-height: 100vh;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .group-label::before {
      transition: transform 0.12s;
    }
  }
  @media print {
    body,
    .layout,
    main,
    #run,
    #summary {
      display: block;
      height: auto;
      overflow: visible;
    }
    .bar button,
    #sidebar,
    #drawing,
    .tabs,
    #pane-events,
    #fields,
    .command button,
    .failure h3 button {
      display: none !important;
    }
    .pane[hidden],
    #panel {
      display: block !important;
      overflow: visible;
    }
    #pane-events[hidden] {
      display: none !important;
    }
    #run.is-traced #printed {
      display: block;
      width: 100%;
      margin: 8px 0;
    }
    #run {
      display: flex;
      flex-direction: column;
    }
    #printed {
      order: 1;
    }
    #panel {
      order: 2;
    }
    .failure h3,
    .failure dl {
      break-after: avoid;
    }
    tr,
    .command {
      break-inside: avoid;
    }
  }
`;
