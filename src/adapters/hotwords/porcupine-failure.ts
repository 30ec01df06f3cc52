import { HotwordError, type HotwordErrorCode } from './hotword-error';

const CONSOLE = 'https://console.picovoice.ai';
const WITHOUT_KEY = 'Without a key use --hotword porcupine-v1 or openwakeword.';

/** What each error of the library means, by the name of its class. */
const MEANINGS: Readonly<Record<string, readonly [HotwordErrorCode, string]>> = {
  PorcupineActivationError: [
    'ERR_HOTWORD_KEY_ACTIVATION',
    'Picovoice could not activate the access key. It must be reached over the network at the ' +
      `first start and every few days: check the network, then the key at ${CONSOLE}.`,
  ],
  PorcupineActivationLimitReachedError: [
    'ERR_HOTWORD_KEY_LIMIT',
    `The access key is in use on as many devices as its plan allows: see ${CONSOLE}. ` +
      WITHOUT_KEY,
  ],
  PorcupineActivationThrottledError: [
    'ERR_HOTWORD_KEY_THROTTLED',
    'Picovoice was asked about the access key too often. Wait an hour before the next start.',
  ],
  PorcupineActivationRefusedError: [
    'ERR_HOTWORD_KEY_REFUSED',
    'Picovoice refused the access key: it has expired, or was disabled, as all free ones were on ' +
      `2026-06-30. ${WITHOUT_KEY}`,
  ],
  PorcupineIOError: [
    'ERR_HOTWORD_MODEL',
    "Porcupine could not read a file of its own or the keyword's. Install the package again.",
  ],
  PorcupineOutOfMemoryError: ['ERR_HOTWORD_ENGINE', 'There is not enough memory for Porcupine.'],
};

/**
 * An error of Porcupine 4 as one of ours. Nothing of the library's text gets into it, because the
 * library quotes the access key: the text only decides, where the class of an error says too
 * little.
 */
export function porcupineFailure(error: unknown, modelPath?: string): HotwordError {
  const text = textOf(error);
  const name = error instanceof Error ? error.constructor.name : 'unknown';
  const isUnsupported = /^(Unsupported CPU|System \S+ is not supported)/.test(text);
  if (isUnsupported || hasCode(error, 'ERR_DLOPEN_FAILED')) return unsupported();
  if (name === 'PorcupineInvalidArgumentError') return invalid(text, modelPath);
  const [code, message] = MEANINGS[name] ?? ['ERR_HOTWORD_ENGINE', `Porcupine failed: ${name}.`];
  return new HotwordError(code, message);
}

function invalid(text: string, modelPath: string | undefined): HotwordError {
  if (/(parse|No) AccessKey|AccessKey is invalid/.test(text)) {
    return new HotwordError(
      'ERR_HOTWORD_KEY_INVALID',
      `This is no access key of Picovoice. Copy it anew from ${CONSOLE}. ${WITHOUT_KEY}`,
    );
  }
  return new HotwordError(
    'ERR_HOTWORD_MODEL',
    `${modelPath ?? 'The keyword file of the package'}: Porcupine 4 takes no such file. It must ` +
      `be a .ppn of version 4 for this platform, as ${CONSOLE} makes them.`,
  );
}

function unsupported(): HotwordError {
  return new HotwordError(
    'ERR_HOTWORD_UNSUPPORTED',
    'Porcupine 4 has no build for this processor or system: it is for x64, and for a Raspberry ' +
      'Pi Zero 2 W, 3, 4 or 5. Use --hotword porcupine-v1, openwakeword or keyboard.',
  );
}

/** The package throws a bare string, too. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === code;
}
