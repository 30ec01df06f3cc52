/** A real browser without a window, for tests of the page. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

import { pageAssets } from '../../src/bin/page-assets';
import { HtmlReporter } from '../../src/report/html';
import type { ReportTable } from '../../src/report/html/report-data';
import type { ScenarioRun } from '../../src/report/scenario-run';
import { summary } from './runs';

/** They are the same for all pages. */
const ASSETS = pageAssets();

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where a browser is; undefined where there is none. */
export function findChromium(): string | undefined {
  const asked = process.env['CHROMIUM'];
  if (asked !== undefined) return asked;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(existsSync);
}

/** A page that is open, and what it has complained of or asked for. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
  /** From the request for the page to its first drawn frame, in milliseconds. */
  readonly drawnMs: number;
}

export class TestBrowser {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tars-page-'));
  private browser: Browser | undefined;
  private files = 0;

  async start(executablePath: string): Promise<void> {
    // Root, as in a container, has no sandbox.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    this.browser = await chromium.launch({ executablePath, args });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a page of these runs. Returns its address. */
  write(runs: readonly ScenarioRun[], tables: readonly ReportTable[] = []): string {
    this.files += 1;
    const file = path.join(this.folder, `page-${this.files}.html`);
    const pieces: string[] = [];
    const reporter = new HtmlReporter({
      title: 'tests',
      assets: ASSETS,
      write: (text) => void pieces.push(text),
    });
    for (const run of runs) reporter.finished(run);
    for (const table of tables) reporter.addTable(table);
    reporter.end(summary);
    writeFileSync(file, pieces.join(''));
    return pathToFileURL(file).href;
  }

  /** Opens a page, and waits for its first frame. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    if (this.browser === undefined) throw new Error('There is no browser.');
    const page = await this.browser.newPage({
      viewport: { width: 1_440, height: 900 },
      ...options,
    });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== url) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(url);
    const drawn = page.locator('html[data-drawn-ms]');
    await drawn.waitFor({ state: 'attached' });
    return { page, complaints, drawnMs: Number(await drawn.getAttribute('data-drawn-ms')) };
  }
}

/** Pages for the tests of a suite, which is left out where there is no browser. */
export interface Pages {
  readonly browser: TestBrowser;
  /** Without motion, unless a test is about that. */
  readonly open: (url: string, options?: BrowserContextOptions) => Promise<Page>;
}

/** After each test its pages must have complained of nothing, and asked for nothing. */
export function pagesForSuite(): Pages {
  const browser = new TestBrowser();
  let opened: OpenPage[] = [];
  before(async function () {
    const chromium = findChromium();
    if (chromium === undefined) return this.skip();
    await browser.start(chromium);
  });
  after(() => browser.stop());
  afterEach(async () => {
    const complaints = opened.flatMap((each) => each.complaints);
    await Promise.all(opened.map(({ page }) => page.close()));
    opened = [];
    expect(complaints, 'complaints and requests').to.deep.equal([]);
  });
  const open: Pages['open'] = async (url, options) => {
    const made = await browser.open(url, { reducedMotion: 'reduce', ...options });
    opened.push(made);
    return made.page;
  };
  return { browser, open };
}

/** How long the process of a page has computed so far, in milliseconds. */
export async function cpuMsOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  const SECOND_MS = 1_000;
  return (metrics.find(({ name }) => name === 'ProcessTime')?.value ?? NaN) * SECOND_MS;
}

/** The stretch of time that a page shows. */
async function shownMs(page: Page): Promise<readonly [number, number]> {
  const shown = await page.evaluate<Record<string, string>>(
    "({ ...document.getElementById('timeline').dataset })",
  );
  return [Number(shown['fromMs']), Number(shown['toMs'])];
}

/** Waits until a page has come to rest at what it shows. */
export async function settled(page: Page): Promise<readonly [number, number]> {
  for (;;) {
    const before = await shownMs(page);
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    const after = await shownMs(page);
    if (before.join() === after.join()) return after;
  }
}

/** Where on the screen something of a lane is. */
export async function pointOf(
  page: Page,
  lane: string,
  atMs: number,
): Promise<{ x: number; y: number }> {
  const box = await page.locator('#lane-canvas').boundingBox();
  const label = await page.locator(`[data-lane="${lane}"]`).boundingBox();
  const [fromMs, toMs] = await settled(page);
  if (box === null || label === null) throw new Error(`There is no lane ${lane}.`);
  const x = box.x + ((atMs - fromMs) / (toMs - fromMs)) * box.width;
  return { x, y: label.y + label.height / 2 };
}
