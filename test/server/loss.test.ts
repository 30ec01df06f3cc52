import { expect } from 'chai';

import { lossByClose, lossByFrameError, lossByStreamError } from '../../src/server/loss';

const withCode = (code: string) => Object.assign(new Error('text'), { code });

describe('Loss', () => {
  it('is the peer’s where a close frame came', () => {
    expect(lossByClose(1000, '')).to.deep.equal({
      label: 'peer_close',
      initiator: 'remote',
      code: 1000,
    });
    expect(lossByClose(1012, '').label).to.equal('peer_restart');
    expect(lossByClose(1013, '').label).to.equal('busy');
    expect(lossByClose(1005, '')).to.deep.equal({ label: 'peer_close', initiator: 'remote' });
  });

  it('has the reason of the close frame, without what cannot be printed', () => {
    expect(lossByClose(1011, 'keepalive ping timeout').reason).to.equal('keepalive ping timeout');
    expect(lossByClose(1011, 'a\nb\u2028c').reason).to.equal('a?b?c');
  });

  it('is the network’s where none came', () => {
    expect(lossByClose(1006, '')).to.deep.equal({ label: 'fin', initiator: 'network' });
    expect(lossByStreamError(withCode('ECONNRESET')).label).to.equal('reset');
    expect(lossByStreamError(withCode('EPIPE')).label).to.equal('reset');
    expect(lossByStreamError(withCode('ETIMEDOUT')).label).to.equal('tcp_timeout');
    expect(lossByStreamError(withCode('EWHATEVER')).label).to.equal('unknown');
    expect(lossByStreamError(new Error('no code')).label).to.equal('unknown');
  });

  it('is ours, with the code that was sent, where frames were wrong', () => {
    expect(lossByFrameError(withCode('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'))).to.deep.equal({
      label: 'overload',
      initiator: 'local',
      code: 1009,
    });
    expect(lossByFrameError(withCode('WS_ERR_INVALID_UTF8')).code).to.equal(1007);
    expect(lossByFrameError(withCode('WS_ERR_EXPECTED_MASK'))).to.include({
      label: 'protocol_error',
      code: 1002,
    });
  });
});
