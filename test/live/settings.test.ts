import { describe, expect, it } from 'vitest';
import { liveSettings } from './settings.ts';

const said = {
  LOCKSTEP_LIVE_ACCOUNTS: '111111111111=here,222222222222=there',
  LOCKSTEP_LIVE_REGIONS: 'eu-west-1,us-gov-west-1',
  LOCKSTEP_LIVE_PREFIX: 'our-checks',
};

describe('the settings of the live checks', () => {
  it('say in which accounts and regions, with which profiles, and what every name begins with', () => {
    expect(liveSettings(said, 'a1b2')).toEqual({
      source: { account: '111111111111', profile: 'here', region: 'eu-west-1' },
      destination: { account: '222222222222', profile: 'there', region: 'us-gov-west-1' },
      name: 'our-checks-lockstep-live-a1b2',
    });
  });

  it('name an earlier run, to clean up after it', () => {
    expect(liveSettings({ ...said, LOCKSTEP_LIVE_RUN: 'old' }, 'a1b2').name).toBe('our-checks-lockstep-live-old');
  });

  it.each([
    { because: 'no account is assumed', env: { LOCKSTEP_LIVE_ACCOUNTS: undefined } },
    { because: 'one account is not two', env: { LOCKSTEP_LIVE_ACCOUNTS: '111111111111=here' } },
    { because: 'the accounts differ', env: { LOCKSTEP_LIVE_ACCOUNTS: '111111111111=here,111111111111=there' } },
    { because: 'each has its profile', env: { LOCKSTEP_LIVE_ACCOUNTS: '111111111111=here,222222222222' } },
    { because: 'an account id has twelve digits', env: { LOCKSTEP_LIVE_ACCOUNTS: '11111111111=here,222222222222=there' } },
    { because: 'each bucket has a region', env: { LOCKSTEP_LIVE_REGIONS: 'eu-west-1' } },
    { because: 'a region is spelled as AWS spells it', env: { LOCKSTEP_LIVE_REGIONS: 'Ireland,eu-central-1' } },
    { because: 'names must be known again', env: { LOCKSTEP_LIVE_PREFIX: undefined } },
    { because: 'it becomes part of bucket names', env: { LOCKSTEP_LIVE_PREFIX: 'Ours_' } },
    { because: 'a bucket name has 63 characters', env: { LOCKSTEP_LIVE_PREFIX: 'a'.repeat(21) } },
    { because: 'a bucket name has 63 characters', env: { LOCKSTEP_LIVE_RUN: 'a'.repeat(9) } },
  ])('are refused without $env, because $because', ({ env }) => {
    const [name = ''] = Object.keys(env);

    expect(() => liveSettings({ ...said, ...env }, 'a1b2')).toThrow(`${name}=`);
  });
});
