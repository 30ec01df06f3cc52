/** Everything that the program on the Pi can be told. */
import { COMMON_OPTIONS } from './common-options';
import type { SettingsTable } from './setting';
import { device, file, share, text, toggle, wholeNumber } from './setting-kind';

export const CLIENT_OPTIONS = {
  server: {
    summary: 'where the server is, as ws:// or wss://',
    kind: text('<url>'),
    default: 'ws://127.0.0.1:8765',
    feeds: 'serverUrl',
  },
  device: {
    summary: 'what this device calls itself',
    kind: text('<name>'),
    default: 'default',
    feeds: 'device',
  },
  tokenFile: {
    summary: 'a file with the token that the server knows this device by',
    kind: file(),
    secretVariable: 'TARS_TOKEN',
    feeds: 'token',
  },
  ca: {
    summary: "certificates in PEM that are trusted instead of Node's own, for wss://",
    kind: file(),
  },
  microphone: {
    summary:
      'what hears: by itself the first that works, or a file that is spoken once the link is up',
    kind: device(['auto', 'null'], { pvrecorder: 'NAME', arecord: 'NAME' }),
    default: 'auto',
  },
  speaker: {
    summary: 'what is played to: by itself the first that works, or a file that is written',
    kind: device(['auto', 'null'], { speaker: 'NAME', aplay: 'NAME' }),
    default: 'auto',
  },
  hotword: {
    summary:
      'who listens for the hotword: by itself the first that can be had, a file that is one ' +
      'recording of it, or nobody, and a key begins a session',
    kind: device(['auto', 'keyboard'], {
      porcupine: 'WORD',
      'porcupine-v1': 'WORD',
      openwakeword: 'WORD',
    }),
    default: 'auto',
  },
  hotwordSensitivity: {
    summary: 'the higher, the more is taken for the hotword; not for recordings',
    kind: share(),
  },
  hotwordModel: {
    summary: 'a model of a hotword of your own, for the detector that is chosen',
    kind: file(),
  },
  accessKeyFile: {
    summary: 'a file with the access key of Picovoice, for porcupine',
    kind: file(),
    secretVariable: 'PICOVOICE_ACCESS_KEY',
  },
  acknowledge: {
    summary: 'a sound says that a session has begun',
    kind: toggle(),
    default: false,
    feeds: 'acknowledge',
  },
  sessions: {
    summary: 'end after so many sessions',
    kind: wholeNumber(1),
  },
  ...COMMON_OPTIONS,
  listDevices: {
    summary: 'lists microphones and speakers, and ends',
    kind: toggle(),
    default: false,
    from: 'flag',
  },
  checkAudio: {
    summary: 'records, plays and tells what is wrong with the sound, and ends',
    kind: toggle(),
    default: false,
    from: 'flag',
  },
} as const satisfies SettingsTable;
