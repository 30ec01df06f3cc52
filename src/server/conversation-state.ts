/**
 * The states of a conversation, as the server sees it.
 *
 *   PASSIVE --hotword--> STARTING --ready--> ACTIVE --utterance--> PROCESSING --audio--> SPEAKING
 *                                              ^______ no answer ______|                    |
 *                                              ^____________ heard, or given up ____________|
 *
 * Every state has a way back to PASSIVE, which is where the end of a session or of the link leads.
 */
export enum ConversationState {
  PASSIVE = 'passive',
  STARTING = 'starting',
  ACTIVE = 'active',
  PROCESSING = 'processing',
  SPEAKING = 'speaking',
}

const { ACTIVE, PASSIVE, PROCESSING, SPEAKING, STARTING } = ConversationState;

const NEXT: Readonly<Record<ConversationState, readonly ConversationState[]>> = {
  [PASSIVE]: [STARTING],
  [STARTING]: [ACTIVE, PASSIVE],
  [ACTIVE]: [PROCESSING, PASSIVE],
  [PROCESSING]: [SPEAKING, ACTIVE, PASSIVE],
  [SPEAKING]: [ACTIVE, PASSIVE],
};

/** All states, in the order in which a conversation first meets them. */
export const CONVERSATION_STATES = Object.values(ConversationState);

/** Whether a conversation may go from one state straight to another. */
export function isTransition(from: ConversationState, to: ConversationState): boolean {
  return NEXT[from].includes(to);
}

/** Throws on a transition that the table does not have: only a mistake of our own can cause one. */
export function assertTransition(from: ConversationState, to: ConversationState): void {
  if (!isTransition(from, to)) throw new Error(`no transition from ${from} to ${to}`);
}
