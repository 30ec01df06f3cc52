/** A peer's words as a label: they may hold anything, and an event must not. */
export function asLabel(text: string | undefined): string {
  return text !== undefined && /^[a-z][a-z0-9_]{0,39}$/.test(text) ? text : 'other';
}

/** The longest reason that a close frame has room for (RFC 6455 section 5.5), in bytes. */
const MAX_REASON_BYTES = 123;

/** A close frame's reason as an event may have it: bounded, printable, and absent if empty. */
export function asReason(text: string): string | undefined {
  const printable = text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_REASON_BYTES);
  return printable === '' ? undefined : printable;
}
