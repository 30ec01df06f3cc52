import { expect } from 'chai';

import { checkClientSettings, ClientSettingsError } from '../../src/client/client-settings';

const serverUrl = 'ws://hub:8765';

/** What is said of settings that cannot be used. */
function complaint(input: object): string {
  try {
    checkClientSettings(input as never);
  } catch (error) {
    expect(error).to.be.instanceOf(ClientSettingsError);
    expect((error as ClientSettingsError).code).to.equal('CLIENT_SETTINGS');
    return (error as Error).message;
  }
  throw new Error('The settings were taken.');
}

describe('checkClientSettings', () => {
  it('needs the address alone; the rest has the defaults of the protocol', () => {
    expect(checkClientSettings({ serverUrl })).to.deep.equal({
      serverUrl,
      device: 'default',
      dialTimeoutMs: 10_000,
      backoffCapMs: 60_000,
      backoffUnitMs: 1_000,
      stableAfterMs: 10_000,
      backoffReset: 'stable',
      heartbeatIntervalMs: 30_000,
      pongTimeoutMs: 10_000,
      heartbeatLateMs: 1_000,
      heartbeatGraceMs: 5_000,
      closeTimeoutMs: 2_000,
      maxMessageBytes: 131_072,
      sessionStartTimeoutMs: 5_000,
      acknowledge: false,
      activeLimitMs: 300_000,
      answerGapLimitMs: 10_000,
      uplinkLimitBytes: 64_000,
      uplinkDelayMs: 2_000,
      uplinkLeastBytes: 32_000,
      uplinkChunkBytes: 3_200,
      downlinkLimitBytes: 960_000,
      echoTailMs: 200,
      buttonDebounceMs: 300,
      microphoneRetryMs: 1_000,
      microphoneRetryCapMs: 8_000,
    });
  });

  it('takes settings that it made itself', () => {
    const settings = checkClientSettings({ serverUrl });
    expect(checkClientSettings(settings)).to.deep.equal(settings);
  });

  for (const [name, value] of [
    ['serverUrl', undefined],
    ['serverUrl', 'hub:8765'],
    ['serverUrl', 'http://hub'],
    ['serverUrl', 'ws://hub:99999'],
    ['serverUrl', 'ws://hub/#fragment'],
    ['serverUrl', 'ws://pi:secret@hub/'],
    ['serverUrl', ' ws://pi:secret@hub/'],
    ['serverUrl', 'ws:\n//pi:secret@hub/'],
    ['serverUrl', 5],
    ['device', ''],
    ['device', 'the kitchen'],
    ['device', 'x'.repeat(65)],
    ['device', 'a\r\nX-Injected: 1'],
    ['token', ''],
    ['token', 'two words'],
    ['token', 'a\r\nX-Injected: 1'],
    ['token', 'schlüssel'],
    ['token', 'x'.repeat(513)],
    ['dialTimeoutMs', 0],
    ['dialTimeoutMs', '10 s'],
    ['dialTimeoutMs', 2 ** 31],
    ['backoffCapMs', Infinity],
    ['backoffUnitMs', 1.5],
    ['backoffReset', 'never'],
    ['heartbeatIntervalMs', NaN],
    ['uplinkChunkBytes', 3_201],
    ['uplinkLimitBytes', 3_198],
    ['downlinkLimitBytes', 1_000],
    ['echoTailMs', -1],
    ['acknowledge', 'yes'],
    ['microphoneRetryCapMs', null],
  ] as const) {
    it(`names ${name} where it is ${JSON.stringify(value)}`, () => {
      expect(complaint({ serverUrl, [name]: value })).to.contain(`${name}: `);
    });
  }

  it('says nothing of a token that cannot be used but that', () => {
    expect(complaint({ serverUrl, token: 'se cret' })).to.not.contain('cret');
  });

  it('names a setting that does not exist', () => {
    expect(complaint({ serverUrl, dialTimeout: 10 })).to.contain('dialTimeout');
  });

  it('names every setting that is wrong', () => {
    const said = complaint({ serverUrl: 'nowhere', device: '', closeTimeoutMs: 0 });
    expect(said).to.contain('serverUrl: ').and.contain('device: ').and.contain('closeTimeoutMs: ');
  });
});
