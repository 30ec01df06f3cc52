import { expect } from 'chai';

import { eventsOf, run } from './runs';

describe('a recalled hotword', () => {
  it('is heard at its instants, whatever is said, and at no other', async () => {
    const result = await run({
      hosts: {
        server: { program: 'server' },
        pi: { program: 'client', hotwords: ['5.2 s', '30 s'] },
      },
      acts: [
        { at: '5 s', says: 'what-time-is-it' },
        { at: '12 s', says: 'hey-jarvis' },
        { at: '29.9 s', says: 'what-time-is-it' },
      ],
    });
    const heardMs = eventsOf(result, 'pi', 'hotword.detected').map(({ atMs }) => atMs);
    expect(heardMs).to.have.length(1);
    expect(heardMs[0]).to.be.within(5_200, 5_232);
  });

  it('is heard once, also where the program is started again right after it', async () => {
    const result = await run({
      hosts: { server: { program: 'server' }, pi: { program: 'client', hotwords: ['5.2 s'] } },
      acts: [{ at: '5 s', says: 'what-time-is-it' }],
      faults: [{ kind: 'restart', at: '5.3 s', for: '50 ms', host: 'pi' }],
    });
    expect(eventsOf(result, 'pi', 'hotword.detected')).to.have.length(1);
  });
});
