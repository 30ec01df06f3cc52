import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { ScenarioRun } from '../../src/report/scenario-run';
import type { Failure } from '../../src/sim/simulation';
import { pagesForSuite, pointOf, settled } from './browser';
import { failingRun, failure, passingRun } from './runs';
import { event, RECORDING, sampleCompared, sampleTrace } from './traces';

const FAILED: ScenarioRun = {
  ...failingRun,
  scenario: 'lost-answer',
  replay: 'npm run scenarios -- scenarios/with-a-name-that-is-as-long-as-names-become.ts --seed 7',
  failures: [
    { ...failure, claim: 'It ends well.', atMs: 10_000 },
    { ...failure, claim: 'The loss is heard.', atMs: 4_010 },
  ],
  trace: sampleTrace(),
};
/** A house with many Pis. */
const CROWD: ScenarioRun = {
  ...passingRun,
  scenario: 'crowd',
  trace: sampleTrace(
    Array.from({ length: 40 }, (_, nth) =>
      event(nth + 1, nth, { host: `pi-${40 - nth}`, type: 'host.started', program: 'client' }),
    ),
  ),
};
/** What is at hand for who does not see the page. */
const role = 'document.activeElement.getAttribute("aria-label")';

/** All texts of a canvas, when they are drawn once more. */
async function drawnTexts(page: Page, canvas: string): Promise<readonly DrawnText[]> {
  await page.evaluate(`
    window.drawn = [];
    const fillText = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most) {
      fillText.apply(this, most === undefined ? [text, x, y] : [text, x, y, most]);
      const width = Math.min(most ?? Infinity, this.measureText(text).width);
      if (this.canvas.id === '${canvas}') window.drawn.push({ text, x, y, width });
    };`);
  await page.keyboard.press('Home');
  await settled(page);
  return page.evaluate<readonly DrawnText[]>('window.drawn');
}

/** Whether one of two texts in a line begins before the other has ended. */
function overlap(one: DrawnText, other: DrawnText): boolean {
  const isInLine = Math.abs(one.y - other.y) < 8;
  return isInLine && one.x < other.x + other.width && other.x < one.x + one.width;
}

function overlapping(texts: readonly DrawnText[]): readonly (readonly string[])[] {
  return texts.flatMap((one, nth) => {
    const others = texts.slice(nth + 1).filter((other) => overlap(one, other));
    return others.map(({ text }) => [one.text, text]);
  });
}

interface DrawnText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

describe('the page of a report, for everybody', function () {
  this.timeout(60_000);
  const { browser, open } = pagesForSuite();
  let url = '';

  before(() => {
    url = browser.write([FAILED, CROWD]);
  });

  it('goes from failure to failure, and on from event to event', async () => {
    const page = await open(url);
    await page.locator('#tab-bounds').click();
    await page.keyboard.press('f');
    expect(await page.evaluate(role)).to.equal('S1: It ends well.');
    await page.keyboard.press('f');
    expect(await page.evaluate(role)).to.equal('S1: The loss is heard.');
    await page.keyboard.press('k');
    expect(await page.locator('#fields h3').textContent()).to.equal('link.lost');
    await page.keyboard.press('f');
    expect(await page.evaluate(role)).to.equal('S1: It ends well.');
  });

  it('has all fields of each event in a list that can be read out', async () => {
    const page = await open(url);
    await page.locator('#tab-events').click();
    await page.locator('#events').focus();
    await page.keyboard.press('End');
    const list = page.getByRole('listbox', { name: 'Events' });
    const id = await list.getAttribute('aria-activedescendant');
    const chosen = page.locator(`#${id}`);
    expect(await chosen.getAttribute('aria-posinset')).to.equal('30');
    expect(await chosen.getAttribute('aria-setsize')).to.equal('30');
    const name = /^0:10\.000 pi host\.stopped timers=0 sockets=0 dials=0 devices=0$/;
    expect(await page.getByRole('option', { name, selected: true }).count()).to.equal(1);
  });

  it('lists the events of either of two recordings', async () => {
    const compared = sampleCompared();
    const page = await open(browser.write([{ ...FAILED, compared }]));
    await page.keyboard.press('/');
    await page.keyboard.type('link.lost');
    await page.locator('#recordings').getByRole('button', { name: 'journal' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    expect(await page.locator('#fields h3').textContent()).to.equal('link.lostjournal');
    expect(await page.locator('#fields').innerText()).to.match(/label\s+fin/);
    // What is clicked is in the list, whosever it is.
    await page.locator('#event-search').fill('');
    const { x, y } = await pointOf(page, 'pi session', 2_000);
    await page.mouse.click(x, y);
    const pressed = page.locator('#recordings [aria-pressed="true"]');
    expect(await pressed.textContent()).to.equal('run');
    expect(await page.locator('#events [aria-selected="true"] .type').textContent()).to.equal(
      'session.started',
    );
  });

  it('scrolls lanes that are out of sight with keys', async () => {
    const page = await open(url);
    await page.keyboard.press(']');
    expect(await page.locator('#run-head h2').textContent()).to.equal('crowdpassed');
    await page.locator('#timeline').focus();
    const top = (): Promise<number> => page.evaluate("document.getElementById('lanes').scrollTop");
    await page.keyboard.press('PageDown');
    const down = await top();
    expect(down).to.be.above(100);
    await page.keyboard.press('ArrowUp');
    expect(await top()).to.be.within(1, down - 1);
  });

  it('has hosts in the order of their numbers', async () => {
    const page = await open(url);
    await page.keyboard.press(']');
    const names = await page.locator('.group-label span').allTextContents();
    expect(names.slice(0, 3)).to.deep.equal(['pi-1', 'pi-2', 'pi-3']);
    expect(names).to.have.length(40);
  });

  it('keeps the focus where somebody has pressed', async () => {
    const page = await open(url);
    for (const id of ['verdict-failed', 'tab-bounds']) {
      await page.locator(`#${id}`).focus();
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).to.equal(id);
    }
  });

  it('says so where nothing is found', async () => {
    const page = await open(url);
    await page.keyboard.press('/');
    await page.keyboard.type('nowhere-to-be-found');
    await page.locator('#run-search').fill('nowhere-to-be-found');
    const told = ['events', 'runs'].map((id) =>
      page.evaluate(`getComputedStyle(document.getElementById('${id}'), '::before').content`),
    );
    expect(await Promise.all(told)).to.deep.equal(['"No event is found."', '"No run is found."']);
  });

  it('lets keys be keys of what lies upon the run', async () => {
    const page = await open(url);
    const all = await settled(page);
    await page.keyboard.press('?');
    await page.keyboard.press('+');
    await page.keyboard.press(']');
    await page.keyboard.press('Escape');
    expect(await settled(page)).to.deep.equal(all);
    await page.locator('#summary-open').click();
    await page.keyboard.press('+');
    await page.keyboard.press('f');
    await page.locator('#summary-open').click();
    expect(await settled(page)).to.deep.equal(all);
  });

  it('opens and closes its runs with keys where there is no room beside them', async () => {
    const page = await open(url, { viewport: { width: 700, height: 900 } });
    const toggle = page.locator('#runs-toggle');
    await toggle.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(role)).to.equal('Filter runs');
    const [bar, side] = await Promise.all(
      ['.bar', '#sidebar'].map((each) => page.locator(each).boundingBox()),
    );
    expect(side?.y).to.be.at.least((bar?.y ?? NaN) + (bar?.height ?? NaN));
    await page.keyboard.press('Escape');
    expect(await page.locator('#runs').isVisible()).to.equal(false);
    expect(await toggle.getAttribute('aria-expanded')).to.equal('false');
    await page.keyboard.press('Enter');
    await page.locator('#runs').focus();
    await page.keyboard.press('ArrowDown');
    expect(await toggle.getAttribute('aria-expanded')).to.equal('false');
  });

  it('can be read at twice its size', async () => {
    const page = await open(url, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
    const heights = await page.evaluate<readonly number[]>(
      "['lanes', 'panel'].map((id) => document.getElementById(id).clientHeight)",
    );
    expect(Math.min(...heights)).to.be.above(180);
    const rest = await page.evaluate('document.documentElement.scrollHeight - innerHeight');
    expect(rest, 'what is reached by scrolling').to.be.above(200);
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide).to.be.at.most(0);
  });

  it('has its parts below each other in a window as narrow as that of a telephone', async () => {
    const page = await open(url, { viewport: { width: 400, height: 800 } });
    await page.locator('#tab-events').click();
    for (const id of ['totals', 'events', 'fields', 'lanes']) {
      const box = await page.locator(`#${id}`).boundingBox();
      expect(box?.width, id).to.be.above(340);
    }
    expect((await page.locator('#events').boundingBox())?.height).to.be.above(100);
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide).to.be.at.most(0);
  });

  it('shows the whole of a command, however little room there is', async () => {
    const page = await open(url, { viewport: { width: 480, height: 900 } });
    const hidden = await page
      .locator('.command code')
      .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    expect(hidden).to.have.length(3);
    expect(Math.max(...hidden)).to.equal(0);
  });

  it('puts no label upon another', async () => {
    const named = RECORDING.slice(0, 29).map((each) =>
      'session' in each ? { ...each, session: '5c3675b60000' } : each,
    );
    const short = sampleTrace([
      ...named,
      event(31, 40_000, { type: 'link.failed', connection: 'c2', label: 'dial_unreachable' }),
      event(32, 41_000, { type: 'state.changed', machine: 'link', to: 'connected' }),
      event(30, 60_000, { type: 'host.stopped', timers: 0, sockets: 0, dials: 0, devices: 0 }),
    ]);
    const page = await open(browser.write([{ ...passingRun, trace: short }]));
    const texts = await drawnTexts(page, 'lane-canvas');
    const labels = texts.map(({ text }) => text);
    expect(labels).to.include.members(['link_lost', 'host.stopped', 'connected']);
    // It has no room behind its mark.
    expect(labels).to.include('dial_unreachable');
    expect(overlapping(texts)).to.deep.equal([]);
  });

  it('puts no flag upon another, and one flag where all goes wrong at once', async () => {
    const at = (atMs: number, nth: number): Failure => ({ ...failure, kind: `K${nth}`, atMs });
    const failures = Array.from({ length: 60 }, (_, nth) => at(4_010 + nth * 80, nth));
    const compared = sampleCompared();
    const page = await open(browser.write([{ ...FAILED, failures, compared }]));
    const texts = await drawnTexts(page, 'ruler-canvas');
    const flags = texts.filter(({ text }) => /^K\d/.test(text));
    expect(flags.map(({ text }) => text)).to.include('K0: they part here');
    expect(flags).to.have.length.within(3, 30);
    expect(overlapping(flags)).to.deep.equal([]);
  });
});
