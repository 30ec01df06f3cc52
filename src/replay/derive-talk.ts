import { ClientsWord } from './clients-word';
import type { StoryTime } from './derivation';
import type { House } from './house';
import { ServersWord } from './servers-word';
import type { Conversation } from './word';

/** What the engine did in each session, as far as the journals of either side tell. */
export function conversationsOf(house: House, time: StoryTime, latencyMs: number): Conversation[] {
  const told = new Map<string, ServersWord>();
  for (const [index, event] of house.serverEvents.entries()) {
    if (event.type !== 'session.requested') continue;
    const { session } = event;
    told.set(session, new ServersWord({ house, time, latencyMs, session }, index));
  }
  const ofClient = house.clientEvents.flatMap((event, index): Conversation[] => {
    if (event.type !== 'session.requested') return [];
    const { session } = event;
    const word = new ClientsWord({ house, time, latencyMs, session }, index);
    const servers = told.get(session);
    if (servers?.isCut() === true) {
      told.delete(session);
      return [servers.conversation(word)];
    }
    const isUnheard = house.knowsServer && !word.wasHeard();
    return isUnheard || servers !== undefined ? [] : [word.conversation()];
  });
  return [...[...told.values()].map((word) => word.conversation()), ...ofClient];
}
