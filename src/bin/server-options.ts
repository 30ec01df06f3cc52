/** Everything that the server program can be told. */
import { END_PHRASES } from '../server/end-phrases';
import { COMMON_OPTIONS } from './common-options';
import type { SettingsTable } from './setting';
import { file, oneOf, phrases, text, toggle, wholeNumber } from './setting-kind';

export const SERVER_OPTIONS = {
  host: {
    summary: 'the address to listen on; one that other machines reach needs --tokens',
    kind: text('<address>'),
    default: '127.0.0.1',
    feeds: 'host',
  },
  port: {
    summary: 'the port to listen on; 0 lets the system choose',
    kind: wholeNumber(0, 65_535),
    default: 8765,
    feeds: 'port',
  },
  maxDevices: {
    summary: 'devices that may be connected at a time',
    kind: wholeNumber(1),
    default: 16,
    feeds: 'maxDevices',
  },
  tokens: {
    summary: 'the file with the tokens of the devices; `token add` writes it',
    kind: file(),
  },
  insecure: {
    summary: 'lets in anybody who reaches the address, where there are no tokens',
    kind: toggle(),
    default: false,
  },
  tlsCert: {
    summary: 'the certificate, and those that it is signed by, in PEM; read again at SIGHUP',
    kind: file(),
  },
  tlsKey: {
    summary: 'the key of the certificate, in PEM; read again at SIGHUP',
    kind: file(),
  },
  engine: {
    summary: 'what is conversed with: the parrot says back what it hears',
    kind: oneOf('parrot', 'gemini-live'),
    default: 'parrot',
  },
  geminiKeyFile: {
    summary: 'a file with the API key of Gemini',
    kind: file(),
    secretVariable: 'GEMINI_API_KEY',
  },
  geminiModel: {
    summary: 'the model of Gemini Live',
    kind: text('<name>'),
  },
  geminiInstructions: {
    summary: 'what Gemini is told before each conversation',
    kind: text('<text>'),
  },
  endPhrases: {
    summary:
      'what a person says to end a conversation, with semicolons between; empty: nothing does',
    kind: phrases(),
    default: END_PHRASES,
    feeds: 'endPhrases',
  },
  health: {
    summary: 'a loopback address and port for GET /healthz, as 127.0.0.1:8766',
    kind: text('<address:port>'),
  },
  ...COMMON_OPTIONS,
} as const satisfies SettingsTable;
