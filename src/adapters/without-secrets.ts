export const HIDDEN = '[hidden]';

/** A shorter secret is part of many words, and hiding it would only tell where it is. */
const LEAST_SECRET = 8;

/** A text with nothing in it that is secret, neither as it is nor as JSON would have it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce(withoutSecret, text);
}

function withoutSecret(text: string, secret: string): string {
  if (secret.length < LEAST_SECRET) return text;
  const inJson = JSON.stringify(secret).slice(1, -1);
  return text.replaceAll(secret, HIDDEN).replaceAll(inJson, HIDDEN);
}
