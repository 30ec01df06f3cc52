import { expect } from 'chai';

import { reasonAgainst } from '../../src/realtime/netns';

describe('reasonAgainst', () => {
  const fine = { platform: 'linux', uid: 0, trialError: undefined };

  it('has nothing against root on Linux, where the trial worked', () => {
    expect(reasonAgainst(fine)).to.equal(undefined);
  });

  it('names the system that is not Linux', () => {
    expect(reasonAgainst({ ...fine, platform: 'darwin' })).to.match(/Linux.*darwin/);
  });

  it('asks for root, also where nobody has a number', () => {
    expect(reasonAgainst({ ...fine, uid: 1000 })).to.match(/root/);
    expect(reasonAgainst({ ...fine, uid: undefined })).to.match(/root/);
  });

  it('names the package that is missing', () => {
    const trialError = Object.assign(new Error('spawn ip ENOENT'), { code: 'ENOENT' });
    expect(reasonAgainst({ ...fine, trialError })).to.match(/iproute2/);
  });

  it('says in one line what a container does not allow', () => {
    const stderr = 'mount --make-shared /run/netns failed: Operation not permitted\nmore\n';
    const trialError = Object.assign(new Error('Command failed: ip netns add'), { stderr });
    expect(reasonAgainst({ ...fine, trialError }))
      .to.match(/Operation not permitted$/)
      .and.not.include('\n');
  });
});
