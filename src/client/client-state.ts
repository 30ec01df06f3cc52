import type { Cue } from '../events';
import type { Listening } from '../ports';

/** What the Pi is doing (the seed's names, and `STARTING_SESSION` for the wait that it forgot). */
export enum ClientState {
  /** Not started yet, or shut down. */
  IDLE = 'idle',
  LISTENING_FOR_HOTWORD = 'listening_for_hotword',
  /** A session was asked for and is not acknowledged: what is said is kept, and nothing is sent. */
  STARTING_SESSION = 'starting_session',
  /** The microphone streams. */
  ACTIVE_SESSION = 'active_session',
  /** The answer sounds, and the microphone is closed. */
  PROCESSING_RESPONSE = 'processing_response',
}

const TRANSITIONS: Readonly<Record<ClientState, readonly ClientState[]>> = {
  [ClientState.IDLE]: [ClientState.LISTENING_FOR_HOTWORD],
  [ClientState.LISTENING_FOR_HOTWORD]: [ClientState.STARTING_SESSION, ClientState.IDLE],
  [ClientState.STARTING_SESSION]: [
    ClientState.ACTIVE_SESSION,
    ClientState.LISTENING_FOR_HOTWORD,
    ClientState.IDLE,
  ],
  [ClientState.ACTIVE_SESSION]: [
    ClientState.PROCESSING_RESPONSE,
    ClientState.LISTENING_FOR_HOTWORD,
    ClientState.IDLE,
  ],
  [ClientState.PROCESSING_RESPONSE]: [
    ClientState.ACTIVE_SESSION,
    ClientState.LISTENING_FOR_HOTWORD,
    ClientState.IDLE,
  ],
};

/** Whom the microphone is open to in each state, while the speaker is silent. */
export const EAR: Readonly<Record<ClientState, Listening>> = {
  [ClientState.IDLE]: 'nothing',
  [ClientState.LISTENING_FOR_HOTWORD]: 'hotword',
  [ClientState.STARTING_SESSION]: 'session',
  [ClientState.ACTIVE_SESSION]: 'session',
  [ClientState.PROCESSING_RESPONSE]: 'nothing',
};

/** Whether the state machine has this arrow. */
export function mayEnter(from: ClientState, to: ClientState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** What the person is told when the server ends a session; nothing, where it ends in good order. */
export function cueOfEnd(state: ClientState, reason: string): Cue | undefined {
  if (state === ClientState.STARTING_SESSION) return 'rejected';
  return reason === 'engine_lost' || reason === 'no_answer' ? 'interrupted' : undefined;
}
