import { scenario, type ScenarioInput } from '../src/sim/scenario';

type Host = NonNullable<ScenarioInput['hosts']>[string];
type Peer = Extract<Host, { readonly program: 'peer' }>;
type Frames = Extract<Peer['does'], { readonly behaviour: 'dials_and_talks' }>['says'];
type Frame = Frames[number];

/** What breaks RFC 6455: opcode and payload in hexadecimal, and the close code that answers it. */
const WRONG = [
  { name: 'bad-utf8', opcode: '81', payload: 'c328', code: 1007 },
  { name: 'code-1005', opcode: '88', payload: '03ed', code: 1002 },
  { name: 'code-1006', opcode: '88', payload: '03ee', code: 1002 },
  { name: 'code-1015', opcode: '88', payload: '03f7', code: 1002 },
  { name: 'long-reason', opcode: '88', payload: `03e8${'61'.repeat(124)}`, code: 1002 },
  { name: 'wrong-mask', opcode: '81', payload: '41', code: 1002 },
] as const;

/** Text that is none of our messages, by what it is counted as. */
const NONSENSE = {
  malformed_json: ['', '{', 'x', '{"type":"session_end"'],
  not_an_object: ['[]', 'null', '"x"', '1e999'],
  unknown_type: [
    ...['{}', '{"type":"reboot"}', '{"type":"__proto__"}', '{"type":"constructor"}'],
    '{"__proto__":{"type":"session_end"}}',
  ],
  bad_field: [
    '{"type":"session_end","session":{}}',
    '{"type":"session_end","session":"../../etc"}',
    '{"type":"start_of_tts_stream","turn":1e999}',
    '{"type":"playback_complete","turn":1e999}',
  ],
};
/** One of the two messages with a wrong field is the server's, the other one the client's. */
const COUNTED = { malformed_json: 4, not_an_object: 4, unknown_type: 6, bad_field: 3 };

const SOON = '0.1..1 s';
const FLOOD = 10_000;
const TWO_MIB = 2 * 1024 * 1024;
const talks = 'hey-jarvis-what-time-is-it';

const nonsense: Frames = [
  ...Object.values(NONSENSE).flatMap((texts) => texts.map((text): Frame => ({ at: SOON, text }))),
  { at: SOON, bytes: 640 },
  { at: SOON, pong: true, times: 100 },
];

/** The frame; one of a client has a mask, here of zeros. */
function frameOf(
  { name, opcode, payload }: (typeof WRONG)[number],
  from: 'client' | 'server',
): string {
  const mask = (from === 'client') !== (name === 'wrong-mask') ? '00000000' : '';
  const bytes = payload.length / 2;
  const MAX_SHORT = 125;
  const length = hex(Math.min(bytes, MAX_SHORT + 1) + (mask === '' ? 0 : 0x80), 2);
  return [opcode, length, bytes > MAX_SHORT ? hex(bytes, 4) : '', mask, payload].join('');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

interface Attack {
  readonly name: string;
  readonly frame: Frame;
  /** How whoever hears it says that the connection was lost. */
  readonly loss: Readonly<Record<string, string | number>>;
}

const refused = { label: 'protocol_error', initiator: 'local' };
const tooMuch = { label: 'overload', initiator: 'local' };

const attacksFrom = (from: 'client' | 'server'): Attack[] => [
  ...WRONG.map((wrong) => ({
    name: wrong.name,
    frame: { at: SOON, raw: frameOf(wrong, from) } as const,
    loss: from === 'client' ? { ...refused, code: wrong.code } : refused,
  })),
  {
    name: 'too-long',
    frame: { at: SOON, bytes: TWO_MIB },
    loss: from === 'client' ? { ...tooMuch, code: 1009 } : tooMuch,
  },
  {
    // It reads as 1005, which nobody may send.
    name: 'no-code',
    frame: { at: SOON, raw: from === 'client' ? '888000000000' : '8800' },
    loss: { label: 'peer_close', initiator: 'remote' },
  },
];
const attacks: Attack[] = [
  ...attacksFrom('client'),
  {
    name: 'too-many',
    frame: { at: SOON, text: '[]', times: FLOOD },
    loss: { label: 'policy', initiator: 'local', code: 1008 },
  },
];
const traps = attacksFrom('server');

const stranger = (device: string, startsAt: '1 s' | '12..16 s', says: Frames): Peer => ({
  program: 'peer',
  startsAt,
  does: { behaviour: 'dials_and_talks', device, says },
});
const impostor = (says: Frames): Peer => ({
  program: 'peer',
  does: { behaviour: 'talks', startsSessions: true, says },
});

export default scenario({
  name: 'hostile-frames',
  story:
    'Strangers send the server all that a peer must not send, and strange servers send it to ' +
    'Pis. What is nonsense is counted and goes by; what breaks the protocol, or is too much, ' +
    'costs its sender the connection. Meanwhile somebody else has their question answered, and ' +
    'a Pi that comes late finds its place among a hundred half-finished handshakes.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '6 s' } },
    pi: { program: 'client', device: 'pi' },
    late: { program: 'client', device: 'late', startsAt: '14..16 s' },
    dawdler: {
      program: 'peer',
      startsAt: '14 s',
      does: { behaviour: 'half_finishes_handshakes', count: 100, every: '0..20 ms' },
    },
    babbler: stranger('babbler', '1 s', [...nonsense, { at: SOON, bytes: 641 }]),
    ...Object.fromEntries(
      attacks.map(({ name, frame }) => [name, stranger(name, '12..16 s', [frame])]),
    ),
    'strange-babbler': impostor([
      ...nonsense,
      // An answer of which one piece has half a sample too many.
      { at: '8 s', text: '{"type":"start_of_tts_stream","turn":1}' },
      { at: '8 s', bytes: 641 },
      { at: '8 s', bytes: 6_400 },
      { at: '8 s', text: '{"type":"tts_stream_end","turn":1}' },
      { at: '10 s', text: '{"type":"session_end"}' },
      { at: '13 s', text: '[]', times: FLOOD },
    ]),
    'pi-babbler': { program: 'client', server: 'strange-babbler' },
    ...Object.fromEntries(
      traps.flatMap(({ frame, name }): [string, Host][] => [
        [`strange-${name}`, impostor([frame])],
        [`pi-${name}`, { program: 'client', server: `strange-${name}` }],
      ]),
    ),
  },
  acts: [
    { at: '12 s', says: talks },
    { at: '5 s', on: 'pi-babbler', says: talks },
    { at: '20 s', on: 'pi-babbler', says: talks },
  ],
  lasts: '45 s',
  expect: [
    ...['server', 'pi-babbler'].flatMap((host) =>
      Object.entries({ ...COUNTED, odd_length: 1, unexpected_audio: 1 }).map(
        ([problem, count]) => ({
          that: `${problem}, as '${host}' counts it`,
          check: 'count' as const,
          of: { type: 'input.rejected', host, problem },
          before: '12 s' as const,
          atLeast: count,
          atMost: count,
        }),
      ),
    ),
    ...attacks.map(({ loss, name }) => ({
      that: `the server has enough of '${name}'`,
      check: 'within' as const,
      from: { type: 'link.accepted', host: 'server', device: name },
      to: { type: 'link.lost', host: 'server', device: name, ...loss },
      atMost: '1.3 s' as const,
    })),
    ...traps.map(({ loss, name }) => ({
      that: `a Pi has enough of '${name}', each time`,
      check: 'within' as const,
      from: { type: 'link.connected', host: `pi-${name}` },
      to: { type: 'link.lost', host: `pi-${name}`, ...loss },
      atMost: '1.3 s' as const,
      times: 4,
    })),
    {
      that: 'of a flood the server counts so much, and then it is over',
      check: 'count',
      of: { type: 'input.rejected', host: 'server' },
      after: '12 s',
      atLeast: 101,
      atMost: 101,
    },
    {
      that: 'the Pi counts all of it',
      check: 'count',
      of: { type: 'input.rejected', host: 'pi-babbler', problem: 'not_an_object' },
      after: '12 s',
      atLeast: FLOOD,
      atMost: FLOOD,
    },
    ...['babbler', 'pi'].map((device) => ({
      that: `the server loses '${device}'`,
      check: 'count' as const,
      of: { type: 'link.lost', host: 'server', device },
      atMost: 0,
    })),
    {
      that: 'a Pi loses a server for its nonsense',
      check: 'count',
      of: { type: 'link.lost', host: 'pi-babbler' },
      atMost: 0,
    },
    {
      that: 'and hears of its answer what is whole, and of its next session',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi-babbler', how: 'finished' },
      field: 'playedBytes',
      atLeast: 6_400,
      atMost: 6_400,
    },
    {
      that: 'sessions of that Pi, before and after the flood',
      check: 'count',
      of: { type: 'session.started', host: 'pi-babbler' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'the question that is asked meanwhile is answered in full',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished', playedBytes: 192_000 },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'none of the handshakes is waited for',
      check: 'count',
      of: { type: 'link.refused', host: 'server' },
      atLeast: 100,
    },
    {
      that: 'whoever comes honestly is connected',
      check: 'within',
      from: { type: 'host.started', host: 'late' },
      to: { type: 'link.connected', host: 'late' },
      atMost: '5 s',
    },
  ],
});
