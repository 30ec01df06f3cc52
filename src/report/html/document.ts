import { embeddedJson } from './embedded-json';
import type { ReportData } from './report-data';
import { SKELETON } from './skeleton';

/** A script or a style, and what the page's policy knows it by. */
export interface Inlined {
  readonly text: string;
  /** SHA-256 of the text, in base64. */
  readonly sha256: string;
}

/** What a page is besides its data. */
export interface PageAssets {
  readonly style: Inlined;
  readonly scripts: readonly Inlined[];
}

/**
 * A page in pieces, each to be written after the one before. It needs nothing beside itself: the
 * policy in its head lets no other script run, and nothing be loaded, whatever its data say.
 *
 * @param details - the JSON of each run's detail, as `embeddedJson` has it, with the run's id.
 */
export function* pageOf(
  data: ReportData,
  details: Iterable<readonly [number, string]>,
  { scripts, style }: PageAssets,
): IterableIterator<string> {
  const title = `TARS Link: ${data.title}`;
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${policy(style, scripts)}" />\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1" />\n';
  yield '<meta name="color-scheme" content="light dark" />\n';
  yield `<title>${escaped(title)}</title>\n<style>${style.text}</style>\n</head>\n<body>\n`;
  yield SKELETON;
  yield dataScript('data', embeddedJson(data));
  for (const [id, json] of details) yield dataScript(`run-${id}`, json);
  for (const { text } of scripts) yield `<script>${text}</script>\n`;
  yield '</body>\n</html>\n';
}

function policy(style: Inlined, scripts: readonly Inlined[]): string {
  const hashes = (parts: readonly Inlined[]): string =>
    parts.map(({ sha256 }) => `'sha256-${sha256}'`).join(' ');
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes([style])}`,
  ].join('; ');
}

function dataScript(id: string, json: string): string {
  return `<script type="application/json" id="${id}">${json}</script>\n`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
