/** Marks HTML, so that the formatter lays it out. */
const html = String.raw;

/** What stands in the page before its script fills it. */
export const SKELETON = html`
  <noscript>This page draws its time lines with a script, and scripts are turned off.</noscript>
  <header class="bar">
    <h1>TARS Link <span id="title"></span></h1>
    <p id="totals"></p>
    <button type="button" id="runs-toggle" aria-controls="sidebar" aria-expanded="false">
      Runs
    </button>
    <button type="button" id="summary-open">Summary</button>
    <button type="button" id="help-open" aria-keyshortcuts="?">Keys</button>
    <button type="button" id="theme"></button>
  </header>
  <div class="layout">
    <nav id="sidebar" aria-label="Runs">
      <input id="run-search" type="search" placeholder="Filter runs" aria-label="Filter runs" />
      <div id="verdicts" class="choices" role="group" aria-label="Verdict"></div>
      <div
        id="runs"
        class="list"
        role="listbox"
        tabindex="0"
        aria-label="Runs"
        data-empty="No run is found."
      ></div>
    </nav>
    <main>
      <section id="summary" tabindex="0" hidden aria-label="Summary"></section>
      <section id="run" aria-label="Run">
        <header id="run-head"></header>
        <div id="drawing">
          <div
            id="overview"
            role="img"
            aria-label="The whole run; what is shown below is marked"
          ></div>
          <div
            id="timeline"
            tabindex="0"
            role="application"
            aria-roledescription="time line"
            aria-label="Time line; the list of events has all that it shows"
            aria-describedby="shown"
          >
            <div class="ruler">
              <div class="ruler-title">lanes</div>
              <canvas id="ruler-canvas" aria-hidden="true"></canvas>
            </div>
            <div class="lanes" id="lanes">
              <div id="labels"></div>
              <div class="drawn" id="drawn">
                <canvas id="lane-canvas" aria-hidden="true"></canvas>
                <canvas id="cursor-canvas" aria-hidden="true"></canvas>
              </div>
            </div>
            <div id="tooltip" role="status" hidden></div>
          </div>
          <p id="shown" class="shown" aria-live="polite"></p>
        </div>
        <p id="untraced" hidden></p>
        <div id="panel">
          <div class="tabs" role="tablist" aria-label="Details" id="tabs"></div>
          <div
            id="pane-failures"
            class="pane"
            role="tabpanel"
            tabindex="0"
            aria-labelledby="tab-failures"
          ></div>
          <div id="pane-events" class="pane" role="tabpanel" aria-labelledby="tab-events">
            <div class="filters">
              <div id="recordings" class="choices" role="group" aria-label="Recording"></div>
              <input
                id="event-search"
                type="search"
                placeholder="Filter events: link.lost host=pi -audio"
                aria-label="Filter events"
                aria-keyshortcuts="/"
              />
              <button type="button" id="types" popovertarget="type-list">Types</button>
              <div id="type-list" popover role="group" aria-label="Types of event"></div>
              <output id="matches"></output>
            </div>
            <div
              id="events"
              class="list"
              role="listbox"
              tabindex="0"
              aria-label="Events"
              data-empty="No event is found."
            ></div>
          </div>
          <div
            id="pane-bounds"
            class="pane"
            role="tabpanel"
            tabindex="0"
            aria-labelledby="tab-bounds"
          ></div>
          <aside id="fields" tabindex="0" aria-label="Event" aria-live="polite"></aside>
        </div>
        <canvas id="printed" role="img" aria-label="The time line of the whole run"></canvas>
      </section>
    </main>
  </div>
  <dialog id="help" aria-labelledby="help-title"></dialog>
`;
