/** What would end a script, begin a comment in it, or be a new line to an old parser. */
const DANGEROUS = /[<>&\u2028\u2029]/g;

/**
 * JSON that can stand inside a `script` of an HTML page, whatever text is in it: `</script>` and
 * the like are written as escapes, which a parser of JSON undoes.
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(DANGEROUS, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
