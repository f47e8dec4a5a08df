/** Against two real accounts: LOCKSTEP_LIVE=1 npx vitest run -c test/vitest.config.ts test/live/live.test.ts, with the variables that `settings.ts` names. */
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { describeChecks } from './checks.ts';
import type { Ground } from './ground.ts';
import { liveSettings } from './settings.ts';

const twoHours = 2 * 3_600_000;

async function open(): Promise<Ground> {
  const { source, destination, name } = liveSettings(process.env, randomInt(36 ** 5).toString(36));
  const profiles = { [source.account]: source.profile, [destination.account]: destination.profile };
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`everything made here begins with ${name}`);
  return {
    ...{ source, destination, name, say },
    gateway: spokeGateway({ profiles, services: { cloudwatch: () => import('../../shared/aws/clients/cloudwatch.ts') } }),
    settings: ({ account, region }) => ({
      ...{ region, profile: profiles[account] ?? account, maxAttempts: 8 },
      forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
    }),
    wait: (seconds) => setTimeout(seconds * 1000),
    now: () => new Date(),
  };
}

describeChecks('AWS', open, twoHours);
