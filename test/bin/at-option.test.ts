import path from 'node:path';

import { expect } from 'chai';

import { toInstant } from '../../src/bin/at-option';
import { Debugger } from './debugger';
import { build, FOLDER, run, Running, start } from './programs';

describe('--at', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('stops a run there, with client, server and network in scope, and lets it go on', async () => {
    const story = path.join(FOLDER, 'dist', 'scenarios', 'one-turn.js');
    const program = start('scenarios', [story, '--at', '8.5s', '--inspector-port', '0']);
    const [url] = await program.complains(/ws:\/\/127\.0\.0\.1:\d+\/\S+/);
    const attached = new Debugger(url);
    const frame = await attached.firstPause();
    expect(await attached.evaluate(frame, 'atMs')).to.be.within(8_500, 9_500);
    expect(await attached.evaluate(frame, 'client.state')).to.equal('processing_response');
    expect(await attached.evaluate(frame, 'server.constructor.name')).to.equal('TarsAssistant');
    expect(await attached.evaluate(frame, 'network.constructor.name')).to.equal('Network');
    await attached.ask('Debugger.resume');
    attached.close();
    const { code, stdout } = await program.exited;
    expect(stdout).to.equal('It is over.\n');
    expect(code).to.equal(0);
  });

  it('stops one run, and says so where there are more', async () => {
    const { code, stderr } = await run('scenarios', ['--at', '8.5s']);
    expect(stderr).to.match(
      /^error: --at: it stops one run, and these are \d+: name one scenario\./,
    );
    expect(code).to.equal(2);
  });

  it('takes an instant as people write it, and nothing else', () => {
    expect(['42.5s', '300 ms', '2min', '1h'].map(toInstant)).to.deep.equal([
      42_500, 300, 120_000, 3_600_000,
    ]);
    for (const text of ['', '5', '-1s', '1d', 's']) {
      expect(() => toInstant(text), text).to.throw('like 42.5s');
    }
  });
});
