import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { readStates } from '../../shared/policy/state-file.ts';
import { allow, aState, bucketStatements, delegation, deny, destination, policy, sourceKey } from '../policy/states.ts';
import { aDocument, aFolder, aGateway, lockstep, Refusal, type Situation } from './support/command-line.ts';
import { aReport } from './support/fixtures.ts';

const tlsOnly = deny('s3:*', `${destination}/*`, {
  Sid: 'OnlyOurNetwork',
  Principal: '*',
  Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } },
});
const blocked = aState({ destination: { policy: policy(...bucketStatements, tlsOnly) } });
const ungranted = aState({ destinationKey: { policy: policy(delegation('222222222222')) } });
const silent = aState({ rule: { SourceSelectionCriteria: undefined } });
const { accounts: _, ...withoutOrganization } = aState();

const files: Readonly<Record<string, unknown>> = {
  'good.json': aState(),
  'blocked.json': blocked,
  'ungranted.json': ungranted,
  'silent.json': silent,
  'lonely.json': withoutOrganization,
  'several.json': { version: 1, replications: { 'orders-dr': aState(), 'orders-eu': blocked } },
  'faulty.json': { ...aState(), source: { account: '1' } },
  'odd.json': { ...aState(), colour: 'red' },
  'scps.json': {
    '111111111111': {
      organization: 'o-example',
      serviceControlPolicies: [{ guard: policy(deny('s3:*', '*', { Sid: 'Guard' })) }],
    },
  },
};

let folder = '';
const file = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await aFolder({
    ...Object.fromEntries(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value, null, 2)])),
    'state.yaml': 'source: { account: 111111111111, region: eu-west-1, bucket: orders }\ndestination: {}\n',
    'broken.json': '{',
    'orders.json': aDocument(),
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const explainState = (name: string, ...more: readonly string[]) => lockstep(['explain', '--state', file(name), ...more]);
const jsonOf = async (...argv: readonly string[]) => {
  const { stdout, code } = await lockstep([...argv, '--json']);
  return { code, ...JSON.parse(stdout) };
};

describe('explain --state', () => {
  it('shows every hop of a replication that works, without AWS', async () => {
    const { code, stdout, passes } = await explainState('good.json');

    expect({ code, passes }).toEqual({ code: 0, passes: [] });
    expect(stdout.match(/✓/g)).toHaveLength(8);
    expect(stdout).toContain('Would an object be attempted, and under which key?\n  ✓ S3 attempts the object');
    expect(stdout).not.toMatch(/✗|^ {2}\? /m);
  });

  it('quotes the statement that decides, with whose it is and what S3 reports', async () => {
    const { code, stdout } = await explainState('blocked.json');

    expect(code).toBe(2);
    expect(stdout).toMatch(/✗ the role writes replicas to the destination/);
    expect(stdout).toContain('"Sid": "OnlyOurNetwork"');
    expect(stdout).toMatch(/whose +bucket policy of orders-dr \(account 222222222222\)/);
    expect(stdout).toMatch(/what to do +Ask the owner/);
    expect(stdout).toMatch(/S3 reports +DstPutObjectNotPermitted/);
  });

  it('shows what is missing as the statement to add, and where', async () => {
    const { code, stdout } = await explainState('ungranted.json');

    expect(code).toBe(2);
    expect(stdout.replace(/\s+/g, ' ')).toContain('missing Add to the key policy of');
    expect(stdout).toContain('"Action": ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"]');
    expect(stdout).toContain('"Principal": { "AWS": "arn:aws:iam::111111111111:role/lockstep-orders" }');
  });

  it('shows a statement that forbids beside one that is missing', async () => {
    const state = aState({
      destination: { policy: policy(tlsOnly, { ...tlsOnly, Sid: 'NoTags', Action: 's3:ReplicateTags' }) },
      role: { inline: {} },
    });
    const { stdout } = await lockstep(['explain', '--state', '-'], { stdin: JSON.stringify(state) });

    expect(stdout).toContain('"Sid": "OnlyOurNetwork"');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'missing Add to the identity policy of role lockstep-orders (account 111111111111)',
    );
  });

  it('tells of a failure that S3 does not report', async () => {
    const { code, stdout } = await explainState('silent.json');

    expect(code).toBe(2);
    expect(stdout).toMatch(/S3 reports +nothing: it fails in silence/);
  });

  it('says which policies were not read, and how to have them read', async () => {
    const { code, stdout } = await explainState('lonely.json');

    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'not read service control policies of account 111111111111, resource control policies of account 111111111111',
    );
    expect(stdout).toContain('--organization-file');
  });

  it('takes the policies of the organization from a file', async () => {
    const { code, stdout } = await explainState('lonely.json', '--organization-file', file('scps.json'));

    expect(code).toBe(2);
    expect(stdout).toContain('service control policy guard');
  });

  it('explains several, or the one that is named', async () => {
    const all = await explainState('several.json');
    const one = await explainState('several.json', 'orders-dr');
    const none = await explainState('several.json', 'orders-us');

    expect(all.code).toBe(2);
    expect(all.stdout).toMatch(/^orders-dr .*may replicate[\s\S]*\norders-eu .*cannot replicate/);
    expect(one.code).toBe(0);
    expect(one.stdout).not.toContain('orders-eu');
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('It holds: orders-dr, orders-eu.') });
  });

  it('reads YAML, and the standard input', async () => {
    const yaml = await explainState('state.yaml');
    const stdin = await lockstep(['explain', '--state', '-'], { stdin: JSON.stringify(aState()) });

    expect(yaml.code).toBe(1);
    expect(yaml.stderr).toContain('state.yaml:2:14: destination.account: is missing');
    expect(stdin.code).toBe(0);
  });

  it('tells every fault with its place', async () => {
    const { code, stdout, stderr } = await explainState('faulty.json');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/faulty\.json:\d+:\d+: source\.account: must be an account id of 12 digits, got "1"\n/);
    expect(stderr).toMatch(/source\.region: is missing/);
    expect(stderr).toContain('`lockstep schema --state`');
  });

  it('notes what it does not know', async () => {
    expect((await explainState('odd.json')).stdout).toContain('colour is not a known field');
    expect((await jsonOf('explain', '--state', file('odd.json'))).notes).toEqual([
      'colour is not a known field and was left aside.',
    ]);
  });

  it.each([
    [['--document', 'orders.json'], '--document cannot be combined with --state'],
    [['--save', 'state.json'], '--save cannot be combined with --state'],
    [['--organization'], '--organization cannot be combined with --state'],
    [['--organization', '--organization-file', 'x'], '--organization and --organization-file cannot be combined'],
    [['--tag', 'a=b'], 'name it with --object'],
    [['--object', 'a', '--tag', 'b'], '--tag takes KEY=VALUE'],
    [['--object', 'a', '--object-key-arn', 'orders'], '--object-key-arn takes the ARN of a KMS key'],
  ])('refuses %j', async (argv, says) => {
    const { code, stderr } = await explainState('good.json', ...argv);

    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });

  it('is an error for a file that is not there, is empty or no JSON', async () => {
    expect((await explainState('nowhere.json')).stderr).toContain('There is no file');
    expect((await explainState('broken.json')).stderr).toMatch(/broken\.json:1:2: ends here/);
    expect((await lockstep(['explain'])).stderr).toContain('--state');
  });
});

describe('explain --object', () => {
  it('asks about one object', async () => {
    const state = JSON.stringify(
      aState({ rule: { Filter: { And: { Prefix: 'invoices/', Tags: [{ Key: 'team', Value: 'billing' }] } } } }),
    );
    const about = (...argv: readonly string[]) => lockstep(['explain', '--state', '-', ...argv], { stdin: state });

    expect((await about('--object', 'invoices/1.pdf', '--tag', 'team=billing')).code).toBe(0);
    expect((await about('--object', 'invoices/1.pdf')).code).toBe(2);
    expect((await about('--object', 'notes/1.txt', '--tag', 'team=billing')).stdout).toContain('matches notes/1.txt');
  });

  it('asks about an object under another key, with the Bucket Key setting of the bucket', async () => {
    const arn = 'arn:aws:kms:eu-west-1:111111111111:key/99999999-aaaa-4aaa-8aaa-999999999999';
    const { code, proofs } = await jsonOf('explain', '--state', file('good.json'), '--object', 'a', '--object-key-arn', arn);
    const same = await jsonOf('explain', '--state', file('good.json'), '--object', 'a', '--object-key-arn', sourceKey);

    expect(code).toBe(2);
    expect(proofs[0].hops[0].because).toContain(arn);
    expect(same.code).toBe(0);
  });
});

describe('explain --json', () => {
  it('prints the proof in full', async () => {
    const { code, proofs, ...rest } = await jsonOf('explain', '--state', file('ungranted.json'));
    const hop = proofs[0].hops.at(-1);

    expect(code).toBe(2);
    expect(rest).toEqual({ version: 1, command: 'explain', notes: [] });
    expect(proofs[0]).toMatchObject({
      source: { account: '111111111111', region: 'eu-west-1', bucket: 'orders' },
      role: 'arn:aws:iam::111111111111:role/lockstep-orders',
      answer: 'denied',
      rule: 'lockstep-orders-dr',
      notRead: [],
    });
    expect(hop).toMatchObject({
      hop: 'encrypt-destination',
      answer: 'denied',
      failureReason: 'DstPutObjectNotPermitted',
      missing: [
        {
          account: '222222222222',
          statement: { Effect: 'Allow', Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*' },
        },
      ],
    });
    expect(hop.calls[0]).toMatchObject({ action: 'kms:Encrypt', decision: { answer: 'denied', by: 'implicit-deny' } });
  });
});

/** A pass in which the core tells the proof of a state. */
const telling = (state: ReplicationState): Situation => ({
  reconcile: (group, options) => {
    const proof = prove(state, { unreadOrganizationPolicies: 'note' });
    for (const { name } of group.replications)
      options.onProof?.(name, { state: { name, ...state }, proof, hops: proof.hops, blockers: [], advisories: [] });
    return [aReport({ verdict: 'blocked' })];
  },
});

const explainLive = (state: ReplicationState, ...argv: readonly string[]) =>
  lockstep(['explain', 'orders-dr', '--document', file('orders.json'), ...argv], telling(state));

describe('explain with AWS', () => {
  it('shows the chain and the settings', async () => {
    const { code, stdout } = await explainLive(blocked);

    expect(code).toBe(2);
    expect(stdout).toMatch(/✓ S3 assumes the replication role\n.*\n/);
    expect(stdout).toContain('✗ the role writes replicas');
    expect(stdout.replace(/\s+/g, ' ').match(/is denied by OnlyOurNetwork/g), 'once for each hop').toHaveLength(2);
    expect(stdout).toContain('Settings\n');
  });

  it('answers by the hops: allowed is 0, whatever else has drifted', async () => {
    expect((await explainLive(aState())).code).toBe(0);
  });

  it('saves what was read, to be explained again', async () => {
    const saved = file('saved.json');
    const first = await explainLive(blocked, '--save', saved);
    const again = await explainLive(blocked, '--save', saved);
    const forced = await explainLive(aState(), '--save', saved, '--force');
    const { states, notes } = readStates(JSON.parse(await readFile(saved, 'utf8')), { name: 'saved' });
    const explained = await explainState('saved.json');

    expect(first).toMatchObject({ code: 2, stderr: expect.stringContaining('Written to') });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') });
    expect(forced.code).toBe(0);
    expect(notes).toEqual([]);
    expect(states[0]).toEqual(JSON.parse(JSON.stringify({ name: 'orders-dr', ...aState() })));
    expect(explained.code).toBe(0);
  });

  it('reads a key that only the object asked about is under', async () => {
    const arn = 'arn:aws:kms:eu-west-1:111111111111:key/99999999-aaaa-4aaa-8aaa-999999999999';
    const spoke = aGateway(({ operation }) =>
      operation === 'kms:DescribeKey'
        ? {
            KeyMetadata: {
              Arn: arn,
              KeyState: 'Enabled',
              KeyManager: 'CUSTOMER',
              KeySpec: 'SYMMETRIC_DEFAULT',
              KeyUsage: 'ENCRYPT_DECRYPT',
            },
          }
        : { Policy: JSON.stringify(policy(delegation('111111111111'))) },
    );
    const state = aState({ role: { inline: { all: policy(allow(['s3:*', 'kms:*'], '*')) } } });
    const { code } = await lockstep(
      ['explain', 'orders-dr', '--document', file('orders.json'), '--object', 'a', '--object-key-arn', arn],
      { ...telling(state), spoke },
    );

    expect(spoke.calls.map(({ operation }) => operation).sort()).toEqual(['kms:DescribeKey', 'kms:GetKeyPolicy']);
    expect(code).toBe(0);
  });
});

describe('--organization', () => {
  const organization = aGateway(({ operation }) => {
    if (operation === 'organizations:DescribeOrganization')
      return { Organization: { Id: 'o-example', MasterAccountId: '222222222222' } };
    if (operation === 'organizations:ListRoots') return { Roots: [{ Id: 'r-root', PolicyTypes: [] }] };
    return { Parents: [{ Id: 'r-root', Type: 'ROOT' }] };
  });

  it.each(['plan', 'apply', 'explain'])('hands the policies of both accounts to %s', async (command) => {
    const argv = [command, 'orders-dr', '--document', file('orders.json'), '--organization'];
    const { passes } = await lockstep(argv, { ...telling(aState()), hub: organization });

    expect(passes[0]?.options.accounts).toEqual({
      '111111111111': expect.objectContaining({ organization: 'o-example', serviceControlPolicies: null }),
      '222222222222': expect.objectContaining({ managementAccount: true }),
    });
  });

  it('is not asked for by default', async () => {
    const { passes } = await explainLive(aState());

    expect(passes[0]?.options.accounts).toBeUndefined();
  });

  it('says who may read them when AWS refuses', async () => {
    const hub = aGateway(() => new Refusal('AccessDeniedException', 'You do not have permissions.'));
    const { code, stderr } = await lockstep(['plan', '--document', file('orders.json'), '--organization'], { hub });

    expect(code).toBe(1);
    expect(stderr).toContain('organizations:DescribeOrganization');
    expect(stderr).toContain('management account');
    expect(stderr).toContain('--organization-file');
  });
});

describe('schema --state', () => {
  it('prints the JSON Schema of states', async () => {
    const { code, stdout } = await lockstep(['schema', '--state']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(stdout).toContain('"serviceControlPolicies"');
  });
});
