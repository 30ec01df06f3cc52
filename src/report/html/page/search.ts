import type { EventView } from './event-view';

/** One word of a search: which events it lets through. */
type Test = (index: number) => boolean;

/**
 * The events that a search finds. Each word must be in the type, the host or a value of the event;
 * `name=value` asks for just that value of a field, and a dash before either for the opposite.
 */
export function search(
  view: EventView,
  text: string,
  hiddenTypes: ReadonlySet<string> = new Set(),
): Int32Array {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = [...words.map((word) => testOf(view, word)), typeTest(view, hiddenTypes)];
  const found = new Int32Array(view.count);
  let count = 0;
  for (let index = 0; index < view.count; index += 1) {
    if (!tests.every((test) => test(index))) continue;
    found[count] = index;
    count += 1;
  }
  return found.subarray(0, count);
}

function typeTest(view: EventView, hidden: ReadonlySet<string>): Test {
  if (hidden.size === 0) return () => true;
  return valueTest(view, 'type', (type) => !hidden.has(type));
}

function testOf(view: EventView, word: string): Test {
  if (word.startsWith('-') && word.length > 1) {
    const opposite = testOf(view, word.slice(1));
    return (index) => !opposite(index);
  }
  const [name = '', ...rest] = word.split('=');
  if (rest.length === 0) return anywhere(view, word);
  const wanted = rest.join('=');
  const fields = view.fieldNames().filter((field) => field.toLowerCase() === name);
  return any(fields.map((field) => valueTest(view, field, (value) => value === wanted)));
}

function anywhere(view: EventView, word: string): Test {
  const fields = view.fieldNames().filter((field) => {
    return view.field(field).values.some((value) => lower(value).includes(word));
  });
  return any(fields.map((field) => valueTest(view, field, (value) => value.includes(word))));
}

function any(tests: readonly Test[]): Test {
  return (index) => tests.some((test) => test(index));
}

/** Each value that there is, is looked at once, not that of each event. */
function valueTest(view: EventView, name: string, matches: (value: string) => boolean): Test {
  const { places, values } = view.field(name);
  const isMatch = values.map((value) => matches(lower(value)));
  return (index) => isMatch[places[index] ?? -1] === true;
}

function lower(value: unknown): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toLowerCase();
}
