import { expect } from 'chai';

import { requireAdmission, type AdmissionOptions } from '../../src/bin/admission';
import { UsageError } from '../../src/bin/command-line';

const options = (changed: Partial<AdmissionOptions>): AdmissionOptions => ({
  host: '127.0.0.1',
  tokens: undefined,
  insecure: false,
  tls: false,
  ...changed,
});

describe('requireAdmission', () => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) {
    it(`lets ${host} start without tokens, and without a word`, () => {
      expect(requireAdmission(options({ host }))).to.deep.equal([]);
    });
  }

  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'hub.local', '127.example', '::2', '']) {
    it(`does not let '${host}' start without tokens, and says what to do`, () => {
      expect(() => requireAdmission(options({ host })))
        .to.throw(UsageError)
        .with.property('message')
        .that.matches(/^--host: .*reached from other machines.*--tokens FILE.*ssh -L.*--insecure/);
    });
  }

  it('lets any address start with tokens and TLS, without a word', () => {
    const open = { host: '0.0.0.0', tokens: '/etc/tokens', tls: true };
    expect(requireAdmission(options(open))).to.deep.equal([]);
  });

  it('warns of tokens that travel in the clear', () => {
    const [warning, ...more] = requireAdmission(options({ host: '::', tokens: '/etc/tokens' }));
    expect(warning).to.contain('in the clear').and.contain('--tls-cert');
    expect(more).to.deep.equal([]);
  });

  it('warns at every start of --insecure, and says what it does there', () => {
    const insecure = true;
    const tokens = '/etc/tokens';
    expect(requireAdmission(options({ host: '0.0.0.0', insecure }))[0]).to.contain('anybody');
    expect(requireAdmission(options({ insecure }))[0]).to.contain('changes nothing');
    expect(requireAdmission(options({ insecure, tokens }))[0]).to.contain('changes nothing');
    const both = requireAdmission(options({ host: '0.0.0.0', insecure, tokens }));
    expect(both).to.have.length(2);
  });
});
