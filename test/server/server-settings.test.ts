import { expect } from 'chai';

import {
  checkServerSettings,
  type InvalidSettingError,
  type ServerSettingsInput,
} from '../../src/server/server-settings';

function problemOf(input: object): InvalidSettingError {
  try {
    checkServerSettings(input as ServerSettingsInput);
  } catch (error) {
    return error as InvalidSettingError;
  }
  throw new Error('it was accepted');
}

describe('checkServerSettings', () => {
  it('fills in every default', () => {
    const settings = checkServerSettings();
    expect(settings.host).to.equal('127.0.0.1');
    expect(settings.heartbeat).to.deep.equal({
      intervalMs: 30_000,
      timeoutMs: 10_000,
      lateMs: 1_000,
      graceMs: 5_000,
    });
    expect(settings.maxRejectedInputs).to.equal(100);
  });

  it('keeps what is given, and the other defaults of a group', () => {
    const settings = checkServerSettings({ port: 0, heartbeat: { intervalMs: 500 } });
    expect(settings.port).to.equal(0);
    expect(settings.heartbeat).to.include({ intervalMs: 500, timeoutMs: 10_000 });
  });

  it('names the setting that is wrong', () => {
    expect(problemOf({ port: 70_000 })).to.include({
      code: 'ERR_INVALID_SETTING',
      setting: 'port',
    });
    expect(problemOf({ heartbeat: { intervalMs: 0 } }).setting).to.equal('heartbeat.intervalMs');
    expect(problemOf({ maxDevices: 1.5 }).message).to.match(/^setting maxDevices: /);
  });

  it('names a setting that does not exist', () => {
    expect(problemOf({ maxDevice: 1 }).setting).to.equal('maxDevice');
    expect(problemOf({ heartbeat: { interval: 1 } }).setting).to.equal('heartbeat.interval');
  });

  it('does not let closing take longer than a shutdown may', () => {
    expect(problemOf({ closeTimeoutMs: 2_501 }).setting).to.equal('closeTimeoutMs');
  });
});
