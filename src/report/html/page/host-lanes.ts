import type { EventView } from './event-view';
import {
  lane,
  Rows,
  shortened,
  type Flow,
  type Glyph,
  type Lane,
  type Span,
  type Tone,
} from './lane';

/** Of each state of the three machines. What is not here is calm. */
const STATE_TONES = tones({
  ...{ idle: 'off', disconnected: 'off', passive: 'calm', listening_for_hotword: 'calm' },
  ...{ connecting: 'wait', starting_session: 'wait', starting: 'wait', processing: 'wait' },
  ...{ active_session: 'talk', active: 'talk', connected: 'calm' },
  ...{ processing_response: 'answer', speaking: 'answer' },
});

const LISTENING_TONES = tones({ nothing: 'off', hotword: 'calm', session: 'talk' });

/** A map, because a journal may have any name for a state, that of an object's own things too. */
function tones(of: Readonly<Record<string, Tone>>): ReadonlyMap<string, Tone> {
  return new Map(Object.entries(of));
}

/** Reasons for which nobody would want a session to end. */
const BAD_END = /lost|disconnected|fail|no_answer|error|reject/;

/** So many devices have a lane of their own; the others share one. */
const MAX_DEVICES = 8;

/** A span that has begun. */
type Open = Omit<Span, 'toMs' | 'row'>;

/** Fills the lanes of one host, event by event. */
export class HostLanes {
  readonly host: string;
  /** What runs on it, as far as it is known. */
  program = '';
  private readonly view: EventView;
  private readonly lanes = {
    power: lane('program', 20, 'When the program runs: killed, stopped, without power, asleep'),
    user: lane('user', 24, 'What the person says, and presses'),
    microphone: lane('microphone', 38, 'What is said in the room; below, to whom the ear is open'),
    speaker: lane('speaker', 38, 'What is heard; below, the playback; above, the cues'),
    client: lane('client', 24, 'What the Pi is doing'),
    link: lane('connection', 28, 'The link, its pings (ticks) and its losses'),
    session: lane('session', 24, 'From the request for a session to its end'),
    wire: lane('wire', 46, 'Sent above, received below: audio as a band, messages as arrows'),
    turns: lane('answer', 20, 'The answers that the server sends'),
    engine: lane('engine', 20, 'What the server converses with'),
    accepted: lane('connections', 20, 'Connections that the server has let in'),
    other: lane('other', 20, 'What has no lane of its own'),
  };
  private readonly conversations = new Map<string, Lane>();
  private readonly open = new Map<string, Open>();
  private readonly rows = new Rows();
  /** Connections that this host has accepted. */
  private readonly served = new Set<string>();
  private readonly flows = new Map<string, Flow>();
  private spokenUntilMs = 0;

  constructor(host: string, view: EventView) {
    this.host = host;
    this.view = view;
  }

  /** The lanes, once all that is still open lasts until `endMs`. */
  close(endMs: number): { readonly head: Lane; readonly lanes: readonly Lane[] } {
    for (const [key, lane] of this.openLanes()) this.end(lane, key, endMs);
    const { accepted, client, engine, link, microphone, other, power, session, speaker, turns } =
      this.lanes;
    const { user, wire } = this.lanes;
    const conversations = new Set(this.conversations.values());
    const served = [...conversations, turns, engine, accepted];
    const lanes = [user, microphone, speaker, client, session, link, ...served, wire, other];
    return { head: power, lanes };
  }

  add(index: number): void {
    const type = this.view.type(index);
    const family = type.slice(0, type.indexOf('.'));
    switch (family) {
      case 'user':
      case 'hotword':
      case 'button':
        return this.addUser(index, type);
      case 'microphone':
      case 'echo':
        return this.addMicrophone(index, type);
      case 'speaker':
      case 'playback':
      case 'cue':
        return this.addSpeaker(index, type);
      case 'state':
        return this.addState(index);
      case 'link':
      case 'backoff':
      case 'heartbeat':
        return this.addLink(index, type);
      case 'session':
        return this.addSession(index, type);
      case 'control':
      case 'audio':
      case 'input':
        return this.addWire(index, type);
      case 'turn':
      case 'engine':
        return this.addEngine(index, type);
      case 'host':
      case 'server':
      case 'callback':
      case 'trap':
        return this.addProgram(index, type);
      default:
        return this.mark(this.lanes.other, index, 'dot', 'calm', type);
    }
  }

  private addUser(index: number, type: string): void {
    const { microphone, user } = this.lanes;
    if (type === 'user.spoke') {
      // Who speaks while somebody does waits for the other's end.
      const fromMs = Math.max(this.view.at(index), this.spokenUntilMs);
      const toMs = fromMs + this.view.number(index, 'ms');
      this.spokenUntilMs = toMs;
      const sound = this.view.text(index, 'sound');
      const span = { fromMs, toMs, tone: 'talk', event: index } as const;
      user.spans.push({ ...span, label: shortened(sound), row: 0 });
      microphone.waves.push({ ...span, peaks: sound });
    } else if (type === 'user.pressed') this.mark(user, index, 'flag', 'note', 'presses');
    else if (type === 'hotword.detected') this.mark(microphone, index, 'flag', 'note', 'hotword');
    else if (type === 'hotword.failed') this.mark(microphone, index, 'cross', 'bad', type);
    else this.mark(user, index, 'tick', 'note', type);
  }

  private addMicrophone(index: number, type: string): void {
    const { microphone } = this.lanes;
    if (type === 'microphone.listening') {
      const purpose = this.view.text(index, 'purpose');
      const tone = LISTENING_TONES.get(purpose) ?? 'calm';
      this.swap(microphone, 'ear', index, `for the ${purpose}`, tone);
    } else if (type === 'microphone.failed') this.mark(microphone, index, 'cross', 'bad', type);
    else if (type === 'microphone.overrun') this.mark(microphone, index, 'dot', 'bad', type);
    else if (type !== 'echo.heard') this.mark(microphone, index, 'tick', 'calm', type);
    if (type === 'microphone.closed') this.end(microphone, 'ear', this.view.at(index));
  }

  private addSpeaker(index: number, type: string): void {
    const { speaker } = this.lanes;
    if (type === 'playback.started') {
      this.begin('playback', index, `answer ${this.view.text(index, 'turn')}`, 'answer');
    } else if (type === 'playback.ended') this.end(speaker, 'playback', this.view.at(index));
    else if (type === 'cue.played') {
      this.mark(speaker, index, 'flag', 'note', `cue: ${this.view.text(index, 'cue')}`);
    } else if (type === 'speaker.failed') this.mark(speaker, index, 'cross', 'bad', type);
    else this.mark(speaker, index, 'tick', 'calm', type);
  }

  private addState(index: number): void {
    const machine = this.view.text(index, 'machine');
    const to = this.view.text(index, 'to');
    const tone = STATE_TONES.get(to) ?? 'calm';
    const label = to.replaceAll('_', ' ');
    const { client, link } = this.lanes;
    if (machine === 'client') this.swap(client, 'client', index, label, tone);
    else if (machine === 'link') this.swap(link, 'link', index, label, tone);
    else {
      const device = this.view.text(index, 'device');
      this.swap(this.conversationOf(device), `conversation ${device}`, index, label, tone);
    }
  }

  private addLink(index: number, type: string): void {
    const { accepted, link } = this.lanes;
    const connection = this.view.text(index, 'connection');
    const key = `accepted ${connection}`;
    const isServers = type === 'link.accepted' || this.served.has(connection);
    const on = isServers ? accepted : link;
    if (type === 'link.accepted') {
      this.served.add(connection);
      this.begin(key, index, `${this.view.text(index, 'device')} ${connection}`, 'calm');
    } else if (type === 'link.lost') {
      const label = this.view.text(index, 'label');
      this.mark(on, index, 'cross', label === 'local_shutdown' ? 'calm' : 'bad', label);
      this.end(accepted, key, this.view.at(index));
    } else if (type === 'link.failed' || type === 'link.refused') {
      this.mark(on, index, 'cross', 'bad', this.view.text(index, 'label') || type);
    } else if (type === 'heartbeat.timeout') this.mark(on, index, 'tick', 'bad', 'no pong');
    else if (type === 'heartbeat.late') this.mark(on, index, 'tick', 'bad', type);
    else if (type === 'link.replaced') this.mark(on, index, 'flag', 'bad', 'replaced');
    else this.mark(on, index, 'tick', 'calm', type);
  }

  private addSession(index: number, type: string): void {
    const { session } = this.lanes;
    const id = this.view.text(index, 'session');
    const device = this.view.value(index, 'device');
    if (typeof device === 'string') return this.addServed(index, type, device);
    const key = `session ${id}`;
    if (type === 'session.requested') this.begin(key, index, id, 'wait');
    else if (type === 'session.started') {
      this.end(session, key, this.view.at(index));
      this.begin(key, index, id, 'talk');
    } else {
      this.end(session, key, this.view.at(index));
      const reason = this.view.text(index, 'reason');
      const isBad = type === 'session.rejected' || BAD_END.test(reason);
      this.mark(session, index, isBad ? 'cross' : 'tick', isBad ? 'bad' : 'calm', reason);
    }
  }

  /** The server's view of a session is the conversation. */
  private addServed(index: number, type: string, device: string): void {
    const reason = this.view.text(index, 'reason');
    const isBad = type === 'session.rejected' || BAD_END.test(reason);
    const on = this.conversationOf(device);
    this.mark(on, index, isBad ? 'cross' : 'tick', isBad ? 'bad' : 'calm', reason || type);
  }

  private addWire(index: number, type: string): void {
    const { wire } = this.lanes;
    const message = this.view.text(index, 'message');
    if (type === 'control.sent') this.mark(wire, index, 'up', 'note', message);
    else if (type === 'control.received') this.mark(wire, index, 'down', 'note', message);
    else if (type === 'audio.sent') this.flow(index, 'talk', 'above');
    else if (type === 'audio.received') this.flow(index, 'answer', 'below');
    else if (type === 'audio.dropped') this.flow(index, 'bad', 'above');
    else if (type === 'input.rejected') {
      this.mark(wire, index, 'cross', 'bad', this.view.text(index, 'problem'));
    }
  }

  private addEngine(index: number, type: string): void {
    const { engine, turns } = this.lanes;
    const atMs = this.view.at(index);
    const key = `engine ${this.view.text(index, 'engine')}`;
    const turn = `turn ${this.view.text(index, 'session')} ${this.view.text(index, 'turn')}`;
    if (type === 'turn.started') {
      this.begin(turn, index, `answer ${this.view.text(index, 'turn')}`, 'answer');
    } else if (type === 'turn.ended') this.end(turns, turn, atMs);
    else if (type === 'engine.opening') this.begin(key, index, 'opening', 'wait');
    else if (type === 'engine.opened') {
      this.end(engine, key, atMs);
      this.begin(key, index, this.view.text(index, 'engine'), 'talk');
    } else if (type === 'engine.closed') this.end(engine, key, atMs);
    else if (type === 'engine.failed') this.mark(engine, index, 'cross', 'bad', type);
    else if (type === 'engine.speech') this.mark(engine, index, 'tick', 'note', 'speech');
  }

  private addProgram(index: number, type: string): void {
    const { power } = this.lanes;
    const atMs = this.view.at(index);
    if (type === 'host.started') {
      // A journal has nothing of how the life before it ended.
      this.die(atMs);
      this.program = this.view.text(index, 'program');
      this.swap(power, 'program', index, `${this.program} runs`, 'calm');
    } else if (type === 'host.paused') this.swap(power, 'program', index, 'stands still', 'bad');
    else if (type === 'host.resumed') {
      this.swap(power, 'program', index, `${this.program} runs`, 'calm');
    } else if (type === 'host.stopping') this.swap(power, 'program', index, 'stopping', 'wait');
    else if (/stopped|killed|lost_power|crashed/.test(type)) {
      this.mark(power, index, 'cross', type === 'host.stopped' ? 'calm' : 'bad', type);
      this.die(atMs);
    } else this.mark(power, index, 'dot', /^(host|server)/.test(type) ? 'note' : 'bad', type);
  }

  /** Whatever was on is over with the program. */
  private die(atMs: number): void {
    for (const [key, lane] of this.openLanes()) this.end(lane, key, atMs);
  }

  private openLanes(): readonly (readonly [string, Lane])[] {
    return [...this.open.keys()].map((key) => [key, this.laneOf(key)]);
  }

  /** Keys begin with a word that says in which lane the span is. */
  private laneOf(key: string): Lane {
    const { accepted, client, engine, link, microphone, power, session, speaker, turns } =
      this.lanes;
    if (key.startsWith('conversation ')) return this.conversationOf(key.slice(13));
    const byWord: Readonly<Record<string, Lane>> = {
      ...{ ear: microphone, playback: speaker, client, link, accepted, session },
      ...{ turn: turns, engine, program: power },
    };
    return byWord[key.split(' ', 1)[0] ?? ''] ?? this.lanes.other;
  }

  private conversationOf(device: string): Lane {
    const known = this.conversations.get(device);
    if (known !== undefined) return known;
    const isAlone = device === '' || device === 'default';
    const hint = 'What the server is doing for the device';
    const made =
      this.conversations.size < MAX_DEVICES
        ? lane(isAlone ? 'conversation' : shortened(`with ${device}`), 24, hint)
        : (this.conversations.get('') ?? lane('other devices', 24, hint));
    if (this.conversations.size >= MAX_DEVICES) this.conversations.set('', made);
    this.conversations.set(device, made);
    return made;
  }

  private begin(key: string, event: number, label: string, tone: Tone): void {
    this.open.set(key, { fromMs: this.view.at(event), label: shortened(label), tone, event });
  }

  private end(on: Lane, key: string, toMs: number): void {
    const span = this.open.get(key);
    if (span === undefined) return;
    this.open.delete(key);
    const isSlim = key === 'ear' || key === 'playback';
    const spans = isSlim ? on.strip : on.spans;
    spans.push({ ...span, toMs, row: this.rows.take(spans, span.fromMs, toMs) });
  }

  /** One state follows another. */
  private swap(on: Lane, key: string, event: number, label: string, tone: Tone): void {
    this.end(on, key, this.view.at(event));
    this.begin(key, event, label, tone);
  }

  private mark(on: Lane, event: number, glyph: Glyph, tone: Tone, label: string): void {
    on.marks.push({ atMs: this.view.at(event), event, glyph, tone, label: shortened(label) });
  }

  private flow(index: number, tone: Tone, side: Flow['side']): void {
    let flow = this.flows.get(`${tone} ${side}`);
    if (flow === undefined) {
      flow = { tone, side, atMs: [], amount: [], event: [] };
      this.flows.set(`${tone} ${side}`, flow);
      this.lanes.wire.flows.push(flow);
    }
    flow.atMs.push(this.view.at(index));
    flow.amount.push(this.view.number(index, 'bytes'));
    flow.event.push(index);
  }
}
