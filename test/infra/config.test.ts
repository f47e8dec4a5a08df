import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidConfiguration, loadConfig, parseConfig } from '../../infra/config.ts';
import { exampleFile, exampleText } from './judging.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const least = {
  hub: { account: '333333333333', region: 'eu-west-1' },
  spokes: [{ account: '111111111111', regions: ['eu-west-1'] }],
  externalId: 'lockstep-example',
  names: { buckets: ['orders*'], keys: ['alias/orders'], roles: ['lockstep-*'] },
};
const organization = { id: 'o-a1b2c3d4e5', units: ['ou-ab12-cdefgh34'], regions: ['eu-west-1'] };

function faultsOf(value: unknown): readonly string[] {
  try {
    parseConfig(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.faults;
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('is the example, comments and all', () => {
    expect(loadConfig(exampleFile)).toMatchObject({ hub: { account: '333333333333' }, mode: 'repair', sweepEveryMinutes: 60 });
  });

  it('has in the example every field that there is', () => {
    const fields = Object.keys(parseConfig(JSON.stringify(least)));

    expect([...fields, 'organization'].filter((field) => !exampleText.includes(`"${field}"`))).toEqual([]);
  });

  it('has in the example no default that is another', () => {
    const shown = [...exampleText.matchAll(/^ {2}\/\/ ("(?!organization|notifications)\w+": [\d"{[].*?),?$/gm)].map(
      ([, field]) => field,
    );
    const defaults = parseConfig(JSON.stringify(least));

    expect(shown.length).toBeGreaterThan(8);
    expect(defaults).toMatchObject(JSON.parse(`{${shown.join(',')}}`));
  });

  it('needs little', () => {
    expect(faultsOf(least)).toEqual([]);
    expect(faultsOf({ ...least, spokes: [], organization })).toEqual([]);
  });

  it.each([
    {
      given: { ...least, hub: { account: 333333333333, region: 'eu-west-1' } },
      says: 'hub.account: must be text in quotes, got 333333333333',
    },
    {
      given: { ...least, hub: { account: '3333', region: 'eu-west-1' } },
      says: 'hub.account: must be 12 digits in quotes, got "3333"',
    },
    {
      given: { ...least, hub: { account: '333333333333', region: 'Ireland' } },
      says: 'hub.region: must be a region code such as "eu-west-1", got "Ireland"',
    },
    { given: { ...least, hub: { account: '333333333333' } }, says: 'hub.region: is missing: it must be text in quotes' },
    { given: { ...least, modus: 'repair' }, says: 'modus: there is no such field' },
    { given: { ...least, budget: { percentage: 5 } }, says: 'budget.percentage: there is no such field' },
    { given: { ...least, budget: { percent: 101 } }, says: 'budget.percent: must be at most 100, got 101' },
    { given: { ...least, mode: 'watch' }, says: 'mode: must be one of "observe", "repair", got "watch"' },
    {
      given: { ...least, externalId: 'short' },
      says: 'externalId: must be 8 to 1224 letters, digits or any of +=,.@:/-_, got "short"',
    },
    { given: { ...least, externalId: undefined }, says: 'externalId: is missing: it must be text in quotes' },
    { given: { ...least, names: { ...least.names, buckets: [] } }, says: 'names.buckets: must not be empty, got []' },
    {
      given: { ...least, names: { ...least.names, buckets: ['*'] } },
      says: 'names.buckets: * is every name; say which ones are about replication',
    },
    {
      given: { ...least, names: { ...least.names, roles: ['**'] } },
      says: 'names.roles: ** is every name; say which ones are about replication',
    },
    {
      given: { ...least, names: { ...least.names, roles: ['service-role/s3crr*'] } },
      says: 'names.roles: has no pattern without a path, so no role could be made under newRoles.path /',
    },
    {
      given: { ...least, names: { ...least.names, keys: ['orders'] } },
      says: 'names.keys[0]: must be the ARN of a key, "alias/" with a name, or a pattern of either, got "orders"',
    },
    {
      given: { ...least, names: { ...least.names, keys: ['arn:aws-cn:kms:cn-north-1:111111111111:key/*'] } },
      says: 'names.keys: arn:aws-cn:kms:cn-north-1:111111111111:key/* is of another partition than the hub, aws',
    },
    {
      given: { ...least, spokes: [] },
      says: 'spokes: is empty and organization.units names nothing, so there would be no account to look after',
    },
    {
      given: { ...least, spokes: [...least.spokes, ...least.spokes] },
      says: 'spokes: 111111111111 is there twice; give all its regions in one place',
    },
    {
      given: { ...least, spokes: [{ account: '111111111111', regions: ['eu-west-1', 'eu-west-1'] }] },
      says: 'spokes[0].regions: names something twice, got ["eu-west-1","eu-west-1"]',
    },
    {
      given: { ...least, spokes: [{ account: '111111111111', regions: ['cn-north-1'] }] },
      says: 'cn-north-1 lies in the partition aws-cn, the hub in aws: nothing can be sent between them',
    },
    {
      given: { ...least, organization: { id: 'a1b2c3d4e5' } },
      says: 'organization.id: must be the id of an organization such as "o-a1b2c3d4e5", got "a1b2c3d4e5"',
    },
    {
      given: { ...least, organization: { ...organization, regions: [] } },
      says: 'organization.regions: is empty, so the spokes of organization.units would hear no events',
    },
    {
      given: { ...least, organization: { ...organization, units: ['eu'] } },
      says: 'organization.units[0]: must be the id of an organizational unit or root, got "eu"',
    },
    {
      given: { ...least, freezeParameter: '/lockstep/desired-state/freeze' },
      says: 'freezeParameter: must not lie under documentsPath, where it would be read as a document',
    },
    {
      given: { ...least, documentsPath: 'documents' },
      says: 'documentsPath: must be a path that begins and ends with a slash, got "documents"',
    },
    {
      given: { ...least, notifications: { emails: ['storage'] } },
      says: 'notifications.emails[0]: must be an e-mail address, got "storage"',
    },
    {
      given: { ...least, notifications: { slack: { workspace: 'T1' } } },
      says: 'notifications.slack.channel: is missing: it must be text in quotes',
    },
    {
      given: { ...least, operators: ['arn:aws:iam::333333333333:role/*'] },
      says: 'operators[0]: must be the exact ARN of a role, got "arn:aws:iam::333333333333:role/*"',
    },
    {
      given: { ...least, spokeRoles: { observer: 'x', healer: 'x' } },
      says: 'spokeRoles: observer and healer must be two roles',
    },
    {
      given: { ...least, spokeRoles: { observer: 'read/lockstep', healer: 'write/Lockstep' } },
      says: 'spokeRoles: observer and healer must be two roles',
    },
    ...['lockstep-reconcile', 'team/lockstep-chat', 'lockstep-forwarder-eu-west-1'].map((observer) => ({
      given: { ...least, spokeRoles: { observer } },
      says: `spokeRoles.observer: ${observer} is the name of another role of Lockstep`,
    })),
    {
      given: { ...least, operators: ['arn:aws-cn:iam::333333333333:role/ops'] },
      says: 'operators: arn:aws-cn:iam::333333333333:role/ops is of another partition than the hub, aws',
    },
    {
      given: { ...least, names: { ...least.names, keys: ['alias/aws/s3'] } },
      says: "names.keys: alias/aws/s3 is a key of AWS's own, which nobody can share or repair",
    },
    {
      given: { ...least, documentsPath: '/ssm-documents/' },
      says: 'documentsPath: /ssm-documents/ begins with aws or ssm, which Parameter Store keeps for itself',
    },
    {
      given: { ...least, runbook: `https://example.com/${'x'.repeat(200)}` },
      says: /^runbook: must be an address of at most 200 characters, without spaces, got /,
    },
    { given: { ...least, concurrency: { reconcile: 1 } }, says: 'concurrency.reconcile: must be at least 2, got 1' },
    { given: { ...least, sweepEveryMinutes: 1.5 }, says: 'sweepEveryMinutes: must be a whole number, got 1.5' },
    { given: { ...least, logs: { retentionDays: 42 } }, says: /^logs\.retentionDays: must be one of 1, 3, .*, got 42$/ },
    { given: [], says: 'the configuration: must be an object, got []' },
    {
      given: `{ "mode": "repair",\n  ${JSON.stringify({ ...least, mode: 'observe' }).slice(1)}`,
      says: 'line 2: "mode" is there twice',
    },
    { given: '{\n"hub": }', says: 'line 2: is not JSON: value expected' },
  ])('is refused with one line: $says', ({ given, says }) => {
    expect(faultsOf(given)).toEqual([typeof says === 'string' ? says : expect.stringMatching(says)]);
  });

  it('is refused for all its faults at once', () => {
    expect(faultsOf({ ...least, mode: 'watch', budget: { percent: -1 } })).toHaveLength(2);
  });

  it('is refused by name when there is none', () => {
    const file = join(folder, 'none.json');

    expect(() => loadConfig(file)).toThrow(`The configuration ${file} cannot be used:\n  it cannot be read:`);
  });

  it('may begin with a byte-order mark', () => {
    const file = join(folder, 'marked.json');
    writeFileSync(file, `\uFEFF${JSON.stringify(least)}`);

    expect(loadConfig(file).hub.region).toBe('eu-west-1');
  });
});
