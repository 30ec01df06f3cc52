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

  it('takes other end phrases, and none', () => {
    expect(checkServerSettings().endPhrases).to.include("thank you, that's all");
    expect(checkServerSettings({ endPhrases: ['Bis morgen!'] }).endPhrases).to.have.length(1);
    expect(checkServerSettings({ endPhrases: [] }).endPhrases).to.deep.equal([]);
  });

  it('refuses end phrases that are too many, too long, or without a word', () => {
    const many = Array.from({ length: 51 }, (_, at) => `that is all ${at}`);
    expect(problemOf({ endPhrases: many })).to.include({ setting: 'endPhrases' });
    expect(problemOf({ endPhrases: many }).message).to.contain('50 phrases at most');
    expect(problemOf({ endPhrases: ['bye', 'x'.repeat(101)] }).setting).to.equal('endPhrases.1');
    expect(problemOf({ endPhrases: ['?!'] }).message).to.contain('a letter or a digit');
  });

  it('does not let closing take longer than a shutdown may', () => {
    expect(problemOf({ closeTimeoutMs: 2_501 }).setting).to.equal('closeTimeoutMs');
  });
});
