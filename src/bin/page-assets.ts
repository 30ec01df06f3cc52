import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Service } from 'ts-node';

import type { Inlined, PageAssets } from '../report/html/document';
import { STYLE } from '../report/html/style';

const PAGE_FOLDER = path.join(__dirname, '..', 'report', 'html', 'page');

/** What the page runs and looks like: d3, and the modules of `src/report/html/page`. */
export function pageAssets(): PageAssets {
  const d3 = readFileSync(path.join(path.dirname(require.resolve('d3')), 'd3.min.js'));
  return { style: inlined(STYLE), scripts: [inlined(d3.toString()), inlined(pageScript())] };
}

/** The page's modules as one script: each in a function, as Node itself has them. */
function pageScript(): string {
  const files = readdirSync(PAGE_FOLDER).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
  const modules = files.sort().map((file) => {
    const name = JSON.stringify(`./${path.parse(file).name}`);
    return `${name}: (exports, require) => {\n${scriptOf(path.join(PAGE_FOLDER, file))}\n}`;
  });
  return `'use strict';
(() => {
  const modules = {\n${modules.join(',\n')}\n};
  const loaded = new Map();
  const load = (name) => {
    if (name === 'd3') return d3;
    if (!loaded.has(name)) {
      const exports = {};
      loaded.set(name, exports);
      modules[name](exports, load);
    }
    return loaded.get(name);
  };
  load('./main');
})();`;
}

/** Of a build there are scripts; else ts-node, which runs us, compiles them. */
function scriptOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  const script = file.endsWith('.ts') ? tsNode().compile(text, file) : text;
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

function tsNode(): Service {
  const service = process[Symbol.for('ts-node.register.instance') as keyof NodeJS.Process];
  if (service === undefined) throw new Error('The page is not compiled, and ts-node is not here.');
  return service as unknown as Service;
}

/** Nothing in it may end the element that it stands in. */
function inlined(source: string): Inlined {
  const text = source
    .replace(/<(?=\/(?:script|style))/gi, '\\u003c')
    .replace(/<!--/g, '\\u003c!--');
  return { text, sha256: createHash('sha256').update(text).digest('base64') };
}
