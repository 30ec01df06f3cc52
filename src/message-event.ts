import type { ControlFields, LinkEvent } from './events';
import { asLabel } from './peer-words';
import type { ControlMessage } from './protocol';

/** The event of a control message that is sent or received. */
export function messageEvent(
  type: 'control.sent' | 'control.received',
  connection: string,
  message: ControlMessage,
): LinkEvent {
  if (message.type === 'audio_ack') {
    // Twice a second while somebody speaks: a journal would hold little else.
    const { bytes, session } = message;
    return { type: 'audio.acknowledged', connection, session, bytes };
  }
  return { type, connection, ...describeMessage(message) };
}

/** A control message as the fields of its event. */
function describeMessage(message: ControlMessage): Omit<ControlFields, 'connection'> {
  const session = 'session' in message ? message.session : undefined;
  const turn = 'turn' in message ? message.turn : undefined;
  const reason = 'reason' in message ? message.reason : undefined;
  return {
    message: message.type,
    ...(session === undefined ? {} : { session }),
    ...(turn === undefined ? {} : { turn }),
    ...(reason === undefined ? {} : { reason: asLabel(reason) }),
  };
}
