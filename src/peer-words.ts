/** A peer's words as a label: they may hold anything, and an event must not. */
export function asLabel(text: string | undefined): string {
  return text !== undefined && /^[a-z][a-z0-9_]{0,39}$/.test(text) ? text : 'other';
}

/** What a close frame has room for, in bytes (RFC 6455 section 5.5). */
const MAX_TEXT_BYTES = 123;

/** A peer's text as an event may have it: bounded, printable, and absent if empty. */
export function asPrintable(text: string): string | undefined {
  const printable = text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_TEXT_BYTES);
  return printable === '' ? undefined : printable;
}
