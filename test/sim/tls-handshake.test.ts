import { expect } from 'chai';

import { TLS_CODES, untimely, USUAL_VALIDITY } from '../../src/sim/tls-handshake';
import { dialFailureLabel } from '../../src/failure-label';
import { listen, PORT, Watched, World } from './two-hosts';

const YEAR_2026_MS = 1_767_225_600_000;

function dialTls(world: World): Watched {
  return new Watched(world, world.client.connect({ host: 'hub', port: PORT, tls: true }));
}

describe('a certificate', () => {
  it('is valid from its first instant to before its last', () => {
    const { fromMs, untilMs } = USUAL_VALIDITY;
    expect(untimely(USUAL_VALIDITY, fromMs - 1)).to.equal('CERT_NOT_YET_VALID');
    expect(untimely(USUAL_VALIDITY, fromMs)).to.equal(undefined);
    expect(untimely(USUAL_VALIDITY, YEAR_2026_MS)).to.equal(undefined);
    expect(untimely(USUAL_VALIDITY, untilMs - 1)).to.equal(undefined);
    expect(untimely(USUAL_VALIDITY, untilMs)).to.equal('CERT_HAS_EXPIRED');
  });
});

describe('the codes of TLS', () => {
  it('are labels that tell a wrong time from all else', () => {
    const labels = TLS_CODES.map((code) => [code, dialFailureLabel(code)]);
    const ofTime = labels.filter(([, label]) => label !== 'tls');
    expect(ofTime).to.deep.equal([
      ['CERT_HAS_EXPIRED', 'tls_expired'],
      ['CERT_NOT_YET_VALID', 'tls_not_yet_valid'],
    ]);
  });
});

describe('a TLS dial', () => {
  it('is connected a round trip later than another, when the certificate has come', async () => {
    const world = new World();
    const accepted = await listen(world);
    const client = dialTls(world);
    client.stream.write('hello');
    await world.runTo(1_000);
    expect(client.trace).to.deep.equal(['40 connect']);
    expect(accepted[0]?.trace).to.deep.equal(['50 data hello']);
  });

  it('fails with the code of the fault, and the server hears a FIN and nothing else', async () => {
    for (const code of TLS_CODES) {
      const world = new World();
      const accepted = await listen(world);
      const undo = world.network.path('pi', 'hub').failTls(code);
      const client = dialTls(world);
      client.stream.write('hello');
      await world.runTo(1_000);
      expect(client.trace).to.deep.equal([`40 ${code}`, '40 close']);
      expect(accepted[0]?.trace).to.deep.equal(['50 end']);
      expect(world.network.dialsInFlight(world.client)).to.equal(0);
      undo();
      undo();
      const next = dialTls(world);
      await world.runTo(2_000);
      expect(next.trace).to.deep.equal(['1040 connect']);
    }
  });

  it('fails by the latest of several faults, and a plain one by none', async () => {
    const world = new World();
    await listen(world);
    const path = world.network.path('pi', 'hub');
    path.failTls('CERT_HAS_EXPIRED');
    const undo = path.failTls('SELF_SIGNED_CERT_IN_CHAIN');
    const first = dialTls(world);
    await world.runTo(100);
    undo();
    const second = dialTls(world);
    const plain = world.client.connect({ host: 'hub', port: PORT, tls: false });
    const watched = new Watched(world, plain);
    await world.runTo(1_000);
    expect(first.trace[0]).to.equal('40 SELF_SIGNED_CERT_IN_CHAIN');
    expect(second.trace[0]).to.equal('140 CERT_HAS_EXPIRED');
    expect(watched.trace).to.deep.equal(['120 connect']);
  });

  it('goes by the clock of the host that dials, at the instant of the certificate', async () => {
    let wallMs = 0;
    const world = new World({ untimely: () => untimely(USUAL_VALIDITY, wallMs) });
    await listen(world);
    const early = dialTls(world);
    await world.runTo(100);
    const late = dialTls(world);
    await world.runTo(139);
    wallMs = YEAR_2026_MS;
    await world.runTo(1_000);
    expect(early.trace[0]).to.equal('40 CERT_NOT_YET_VALID');
    expect(late.trace).to.deep.equal(['140 connect']);
  });

  it('says hello again, as TCP does, where an outage comes between', async () => {
    const world = new World();
    await listen(world);
    const client = dialTls(world);
    await world.runTo(30);
    const undo = world.network.path('hub', 'pi').cut();
    await world.runTo(300);
    undo();
    await world.runTo(5_000);
    // Sent at 20; again at 220, into the outage, and at 420.
    expect(client.trace).to.deep.equal(['440 connect']);
  });

  it('that is given up meanwhile ends at both ends, and holds nothing', async () => {
    const world = new World();
    const accepted = await listen(world);
    const client = dialTls(world);
    await world.runTo(30);
    client.stream.destroy();
    await world.runTo(1_000);
    expect(client.trace).to.deep.equal(['30 close']);
    expect(accepted[0]?.trace).to.deep.equal(['40 end']);
    expect(world.network.dialsInFlight(world.client)).to.equal(0);
    expect(world.network.openSockets(world.client)).to.equal(0);
  });

  it('that ends at a portal finds a stranger’s certificate', async () => {
    const world = new World();
    world.network.answerDials('pi', 'hub', 200, 'http://portal.example/');
    const client = dialTls(world);
    await world.runTo(1_000);
    expect(client.trace).to.deep.equal(['40 ERR_TLS_CERT_ALTNAME_INVALID', '40 close']);
  });
});
