/**
 * What the linter holds this repository to.
 *
 *   ARROWS     who may import whom (docs/architecture.md); the local rule `link/arrows` reads it
 *   AMBIENT    what may be reached only through a port, and which port that is
 *   the rest   sizes, and the mistakes with promises, switches and types that cost the most
 *
 * test/lint.test.ts plants a violation of each and expects it to be found.
 */
import { isBuiltin } from 'node:module';
import path from 'node:path';

import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Folder by folder: `ours` are folders (or single files) of this repository besides the folder
 * itself, `theirs` packages and Node's modules, `only` single exports of one, `types` what may be
 * imported as a type and not used at run time. '*' is all that is not ours.
 *
 * The kernel is `src/*.ts`. The fence is those files of the simulator that keep ambient effects out
 * of a run, and have to touch them for that.
 */
const ARROWS = {
  kernel: { types: ['node:stream'] },
  audio: { ours: ['kernel'], theirs: ['wav', 'node:path', 'node:stream'] },
  client: { ours: ['kernel', 'audio/cue-sound'], theirs: ['ws'], types: ['node:stream'] },
  server: { ours: ['kernel'], theirs: ['ws', 'zod', 'node:http', 'node:stream'] },
  adapters: { ours: ['kernel', 'audio'], theirs: '*' },
  toxiproxy: { ours: ['kernel'], theirs: ['node:http'], types: ['node:stream'] },
  sim: {
    ours: ['kernel', 'audio', 'client', 'server', 'toxiproxy', 'fence'],
    theirs: [
      ...['@sinonjs/fake-timers', 'fast-check', 'wav', 'ws', 'zod'],
      ...['node:assert', 'node:async_hooks', 'node:buffer', 'node:http', 'node:stream'],
    ],
    only: { 'node:crypto': ['createHash'], 'node:os': ['constants'] },
  },
  fence: {
    ours: ['kernel', 'audio', 'sim'],
    theirs: [
      ...['@sinonjs/fake-timers', 'ws', 'node:assert', 'node:async_hooks', 'node:buffer'],
      ...['node:crypto', 'node:fs/promises', 'node:module', 'node:stream'],
    ],
  },
  realtime: {
    ours: ['kernel', 'adapters', 'toxiproxy', 'sim', 'runner/stories'],
    theirs: [
      ...['piscina', 'toxiproxy-node-client', 'node:child_process', 'node:crypto', 'node:events'],
      ...['node:fs', 'node:http', 'node:net', 'node:os', 'node:path', 'node:perf_hooks'],
      ...['node:timers/promises', 'node:util'],
    ],
  },
  fuzz: {
    ours: ['kernel', 'sim', 'report', 'runner'],
    theirs: ['fast-check', 'piscina', 'node:child_process', 'node:util'],
  },
  journal: { ours: ['kernel', 'sim'], theirs: [] },
  replay: { ours: ['kernel', 'journal', 'sim', 'fuzz', 'report', 'runner'], theirs: ['piscina'] },
  zoo: {
    ours: ['kernel'],
    theirs: [
      ...['typescript', 'node:child_process', 'node:fs', 'node:os', 'node:path', 'node:util'],
    ],
    types: ['fuzz', 'report'],
  },
  report: { ours: ['kernel'], theirs: ['picocolors', 'd3'], types: ['sim'] },
  runner: {
    ours: ['kernel', 'sim', 'report', 'realtime'],
    theirs: [
      ...['piscina', 'zod', 'node:child_process', 'node:events', 'node:fs', 'node:module'],
      'node:path',
    ],
  },
  bin: {
    ours: [
      ...['kernel', 'audio', 'client', 'server', 'adapters', 'toxiproxy', 'sim', 'fence'],
      ...['realtime', 'report', 'runner', 'fuzz', 'zoo', 'journal', 'replay', 'scenarios'],
      'elsewhere',
    ],
    theirs: '*',
    computed: true,
  },
  scenarios: { ours: ['sim/scenario'] },
};

const FENCE = [
  'src/sim/event-loop.ts',
  'src/sim/fixtures.ts',
  'src/sim/seeded-crypto.ts',
  'src/sim/trap.ts',
];

/** No file of these reaches the outside world but through a port. */
const PURE = [
  'src/*.ts',
  ...['audio', 'client', 'server', 'toxiproxy', 'sim', 'report', 'journal'].map(
    (dir) => `src/${dir}/**/*.ts`,
  ),
  'scenarios/**/*.ts',
];

/** What runs in a browser: the time there is that of who looks, and nothing is decided by it. */
const PAGE = 'src/report/html/page/**';

const CLOCK = 'Use the Clock port.';
const RANDOM = 'Use the Random port.';
const SOCKETS = 'Use the Sockets port.';
const EVENTS = 'Report an event to the EventSink port.';
const SETTINGS = 'Take it as a setting: only src/bin reads the environment.';
const IMPORTS = 'Use an import, which the arrows govern.';
const COLLECTOR = 'What the garbage collector does is not the same in every run.';

const AMBIENT_GLOBALS = {
  Date: 'Use the Clock port for time, and WallClock for stamps.',
  performance: CLOCK,
  setTimeout: CLOCK,
  clearTimeout: CLOCK,
  setInterval: CLOCK,
  clearInterval: CLOCK,
  setImmediate: CLOCK,
  clearImmediate: CLOCK,
  queueMicrotask: `${CLOCK} Or await a promise.`,
  MessageChannel: CLOCK,
  BroadcastChannel: CLOCK,
  Atomics: CLOCK,
  crypto: RANDOM,
  fetch: SOCKETS,
  WebSocket: `${SOCKETS} The WebSocket of the package "ws" is imported by name.`,
  EventSource: SOCKETS,
  console: EVENTS,
  process: SETTINGS,
  navigator: SETTINGS,
  WeakRef: COLLECTOR,
  FinalizationRegistry: COLLECTOR,
  require: IMPORTS,
  module: IMPORTS,
  globalThis: 'Name the global itself, so that this rule can see it.',
  global: 'Name the global itself, so that this rule can see it.',
};

const AMBIENT_PROPERTIES = [
  { object: 'Math', property: 'random', message: RANDOM },
  { object: 'AbortSignal', property: 'timeout', message: CLOCK },
];

/** Where a file belongs: a key of ARROWS, else undefined. `file` is relative, with slashes. */
function placeOf(file) {
  const [top, folder, ...rest] = file.split('/');
  if (top === 'scenarios') return 'scenarios';
  if (top !== 'src') return undefined;
  if (rest.length === 0) return folder in ARROWS ? folder : 'kernel';
  return FENCE.includes(`${file.replace(/\.ts$/, '')}.ts`) ? 'fence' : folder;
}

/** What is imported: a file of ours as { place, file }, else { name }; Node's with its prefix. */
function targetOf(specifier, importer) {
  if (!/^[./]/.test(specifier)) {
    return { name: isBuiltin(specifier) ? `node:${specifier.replace(/^node:/, '')}` : specifier };
  }
  const file = path.posix.join(path.posix.dirname(importer), specifier);
  return { place: placeOf(file) ?? 'elsewhere', file: file.replace(/^src\//, '') };
}

/** Whether an arrow allows an import; `names` are the exports it takes, where it says which. */
function isAllowed(from, target, { isType, names }) {
  const { ours = [], theirs = [], types = [], only = {} } = ARROWS[from];
  if (target.name === undefined) {
    if (target.place === from) return true;
    const isOpen = ours.includes(target.place) || ours.includes(target.file);
    return isOpen || (isType && types.includes(target.place));
  }
  if (theirs === '*' || theirs.includes(target.name)) return true;
  if (isType && types.includes(target.name)) return true;
  return names?.every((name) => only[target.name]?.includes(name)) ?? false;
}

/** The text of a module's name in the source, or undefined where it is computed. */
function literal(node) {
  if (node?.type === 'TSLiteralType') return literal(node.literal);
  const isPlainTemplate = node?.type === 'TemplateLiteral' && node.quasis.length === 1;
  const value = isPlainTemplate ? node.quasis[0].value.cooked : node?.value;
  return typeof value === 'string' ? value : undefined;
}

function isTypeOnly(node) {
  const kind = node.importKind ?? node.exportKind;
  const specifiers = node.specifiers ?? [];
  const kinds = specifiers.map((specifier) => specifier.importKind ?? specifier.exportKind);
  return kind === 'type' || (kinds.length > 0 && kinds.every((each) => each === 'type'));
}

/** The names that a declaration takes from a module; undefined where it may take everything. */
function namesOf(node) {
  const specifiers = node.specifiers ?? [];
  const isNamed = ({ type }) => type === 'ImportSpecifier' || type === 'ExportSpecifier';
  if (specifiers.length === 0 || !specifiers.every(isNamed)) return undefined;
  return specifiers.map(({ imported, local }) => (imported ?? local).name);
}

const arrowsRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      arrow: '{{from}} may not import {{what}}: see the arrows in docs/architecture.md.',
      computed: 'Name the module in the import, so that the arrows can govern it.',
    },
  },
  create(context) {
    const importer = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const from = placeOf(importer);
    if (from === undefined || ARROWS[from] === undefined) return {};

    const check = (node, source, how) => {
      const what = literal(source);
      if (what === undefined) {
        if (!ARROWS[from].computed) context.report({ node, messageId: 'computed' });
      } else if (!isAllowed(from, targetOf(what, importer), how)) {
        context.report({ node, messageId: 'arrow', data: { from, what } });
      }
    };
    const declaration = (node) => {
      if (!node.source) return;
      check(node, node.source, { isType: isTypeOnly(node), names: namesOf(node) });
    };
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (node) => check(node, node.source, {}),
      TSImportType: (node) => check(node, node.source ?? node.argument, { isType: true }),
      TSExternalModuleReference: (node) => {
        check(node, node.expression, { isType: node.parent.importKind === 'type' });
      },
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0], {}),
    };
  },
};

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  {
    plugins: { link: { rules: { arrows: arrowsRule } } },
    rules: {
      'max-len': ['error', { code: 100, ignoreUrls: true }],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 70],
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'link/arrows': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: PURE,
    ignores: [...FENCE, PAGE],
    rules: {
      'no-restricted-globals': [
        'error',
        ...Object.entries(AMBIENT_GLOBALS).map(([name, message]) => ({ name, message })),
      ],
      'no-restricted-properties': ['error', ...AMBIENT_PROPERTIES],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    // A suite is one long function of short ones, and chai's assertions are expressions.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
);
