/** The letters of a waveform, one a piece of sound: from silence (`A`) to full scale (`/`). */
export const LEVELS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** So much sound is one letter. */
export const PEAK_MS = 20;
