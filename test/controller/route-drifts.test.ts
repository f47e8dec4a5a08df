/** Every drift of the catalogue, as the events of the local AWS tell of it. */
import { CreatePolicyVersionCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, DeleteAliasCommand } from '@aws-sdk/client-kms';
import { beforeAll, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import type { BusEvent } from '../../infra/sandbox/services/eventbridge/event.ts';
import { aspects } from '../../shared/aspects/index.ts';
import type { Change } from '../../shared/controller/change.ts';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import { type Routed, route } from '../../shared/controller/route.ts';
import { aRouting } from '../fixtures/events/fakes.ts';
import { listen } from '../sandbox/event-support.ts';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import type { Drift, WorldName } from '../support/drifts.ts';
import type { They } from '../support/edits.ts';
import { localGateway } from '../support/gateways.ts';
import { foundationsFor, pass, someoneAt } from '../support/world.ts';

interface Stage {
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  readonly they: They;
  readonly index: Readonly<Record<string, readonly string[]>>;
  readonly ears: readonly BusEvent[][];
  readonly healthy: Pick<LocalAws['world'], 's3' | 'kms' | 'iam'>;
}

/** A healthy world, listened to in both accounts and every region that matters. */
async function stageOf(name: WorldName): Promise<Stage> {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const someone = someoneAt({ requestHandler: aws.requestHandler() });
  const keys = await foundationsFor(worlds[name].buckets, someone);
  const groups = groupsFor(worlds[name], keys);
  await pass(groups, { gateway: localGateway(aws) });
  const ends = worlds[name].buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  const replications = groups.flatMap((group) => group.replications.map((replication) => ({ ...replication, group: group.id })));
  const [replication] = replications;
  const [from, to] = ends;
  if (replication === undefined || from === undefined || to === undefined) throw new Error(`world ${name} is incomplete`);
  const ears: BusEvent[][] = [];
  for (const account of new Set(ends.map(({ account }) => account)))
    for (const region of new Set([...ends.map(({ region }) => region), 'us-east-1']))
      ears.push(await listen(aws, { source: [{ prefix: 'aws.' }] }, { account, region }));
  return {
    ...{ aws, clock, ears },
    they: { source: from, destination: to, role: replication.role, someone },
    index: Object.fromEntries(replications.flatMap((r) => resourceIds(r).map((id) => [id, [r.group]]))),
    healthy: structuredClone({ s3: aws.world.s3, kms: aws.world.kms, iam: aws.world.iam }),
  };
}

function restore({ aws: { world }, healthy }: Stage): void {
  const { s3, kms, iam } = structuredClone(healthy);
  const pairs: [Map<string, unknown>, Map<string, unknown>][] = [
    [world.s3.buckets, s3.buckets],
    [world.kms.keys, kms.keys],
    [world.kms.aliases, kms.aliases],
    [world.iam.accounts, iam.accounts],
    [world.iam.principals, iam.principals],
    [world.iam.accessKeys, iam.accessKeys],
  ];
  for (const [now, before] of pairs) {
    now.clear();
    for (const [key, value] of before) now.set(key, value);
  }
}

interface Told {
  readonly event: BusEvent;
  readonly routed: Routed;
}

/** What the buses told of something that somebody did, and where each event went. */
async function toldOf(stage: Stage, done: (they: They) => Promise<unknown>, index = stage.index) {
  await stage.clock.advance(10);
  for (const ear of stage.ears) ear.length = 0;
  await done(stage.they);
  await stage.clock.advance(10);
  const routing = aRouting(index);
  const told: Told[] = [];
  for (const event of stage.ears.flat()) told.push({ event, routed: await route(event, routing) });
  const changes = routing.messages.flatMap(({ trigger }) => (trigger.kind === 'change' ? [trigger.change] : []));
  return { told, changes };
}

const stages = new Map<WorldName, Stage>();

async function happens(drift: Drift) {
  const stage = stages.get(drift.to ?? 'pair') as Stage;
  restore(stage);
  return { ...(await toldOf(stage, drift.done)), they: stage.they };
}

const names = new Set(aspects.flatMap(({ changedBy }) => changedBy));
const isWrite = ({ event: { detail } }: Told): boolean => detail.readOnly === false && detail.errorCode === undefined;

/** Whether the record names something of the replication; others make buckets and roles of their own beside it. */
function concerns({ event: { detail } }: Told, { source, destination, role }: They): boolean {
  const { bucketName, roleName } = (detail.requestParameters ?? {}) as Readonly<Record<string, unknown>>;
  if (detail.eventSource === 'kms.amazonaws.com')
    return [source, destination].some(({ key }) => JSON.stringify(detail).includes(key.split('/')[1] ?? ''));
  return bucketName === source.bucket || bucketName === destination.bucket || roleName === role.name;
}

/** Id of the resource that a setting of the catalogue is on, `key-policy of source key`. */
function resourceOf(setting: string, { source, destination, role }: They): string {
  const [, name = ''] = setting.split(' of ');
  if (name === 'role') return role.arn.replace(/role\/.*\//, 'role/');
  if (name === 'source key') return source.key;
  return name === 'destination key' ? destination.key : `arn:aws:s3:::${name}`;
}

/** Whether some change wakes the pass for this setting: an event of the aspect, on its resource. */
function isTold(setting: string, changes: readonly Change[], they: They): boolean {
  const aspect = aspects.find(({ name }) => name === setting.split(' of ')[0]);
  const resource = resourceOf(setting, they);
  return changes.some(({ eventName, resources }) => aspect?.changedBy.includes(eventName) && resources.includes(resource));
}

/** Settings that name the role by its id: they drift when it is made anew, on other resources of the same group. */
const followsTheRole = (setting: string): boolean => /^(bucket-policy|key-policy) of /.test(setting);

describe('what the buses tell of a drift', () => {
  beforeAll(async () => {
    for (const name of Object.keys(worlds) as WorldName[]) stages.set(name, await stageOf(name));
  });

  describe.each(Object.entries(catalogue))('of %s', (_, drifts) => {
    it.each(drifts)('wakes the group when $name', async (drift) => {
      const { told, changes, they } = await happens(drift);
      const touching = told.filter((one) => isWrite(one) && names.has(String(one.event.detail.eventName)) && concerns(one, they));
      const lost = touching.filter(({ routed }) => !('groups' in routed));
      const isAnew = changes.some(({ eventName }) => eventName === 'DeleteRole');
      const untold = [...(drift.expect?.drifted ?? []), ...(drift.expect?.blocked ?? [])].filter(
        (setting) => !isTold(setting, changes, they) && !(isAnew && followsTheRole(setting)),
      );

      expect(lost.map(({ event }) => [event.detail.eventName, event.detail.requestParameters])).toEqual([]);
      expect(untold).toEqual([]);
      expect(
        told.flatMap(({ routed }) => ('groups' in routed ? routed.groups : [])).every((group) => group === 'orders-dr'),
      ).toBe(true);
      if (drift.expect) expect(changes.length).toBeGreaterThan(0);
      expect(changes.every(({ actor }) => actor.kind === 'root' && actor.sourceAddress !== undefined)).toBe(true);
    });
  });

  it('leaves out nothing but what changes no setting', async () => {
    const ignored = new Set<string>();
    for (const drift of Object.values(catalogue).flat()) {
      const { told, they } = await happens(drift);
      for (const one of told.filter(isWrite).filter((one) => concerns(one, they)))
        if ('ignored' in one.routed) ignored.add(`${one.routed.ignored} ${one.event.detail.eventName}`);
    }

    expect([...ignored].sort()).toEqual(['unknown-event PutBucketTagging', 'unknown-event TagResource', 'unknown-event TagRole']);
  });

  it('includes a managed policy that is attached to the role, by what the ledger knows', async () => {
    const stage = stages.get('pair') as Stage;
    const attach = Object.values(catalogue)
      .flat()
      .find(({ name }) => name === 'a managed policy was attached') as Drift;
    restore(stage);
    const { changes } = await toldOf(stage, attach.done);
    const PolicyArn = changes[0]?.details.policyArn ?? '';
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
    const edit = ({ someone, source }: They) =>
      someone.iam(source).send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));

    const unknown = await toldOf(stage, edit);
    const known = await toldOf(stage, edit, { ...stage.index, [PolicyArn]: ['orders-dr'] });

    expect(unknown.told.map(({ routed }) => routed)).toEqual([{ ignored: 'unrelated' }]);
    expect(known.told.map(({ routed }) => routed)).toEqual([{ groups: ['orders-dr'] }]);
  });

  it('includes a key that is named by an alias only', async () => {
    const stage = stages.get('pair') as Stage;
    restore(stage);
    const { source } = stage.they;
    const alias = `arn:aws:kms:${source.region}:${source.account}:alias/orders`;
    const AliasName = 'alias/orders';
    const kms = stage.they.someone.kms(source);
    const { changes } = await toldOf(
      stage,
      async () => {
        await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: source.key.split('/')[1] }));
        await kms.send(new DeleteAliasCommand({ AliasName }));
      },
      { [alias]: ['orders-dr'] },
    );

    expect(changes.map(({ eventName }) => eventName)).toEqual(['CreateAlias', 'DeleteAlias']);
  });

  it('includes the end of a key, which nobody called for that day', async () => {
    const stage = await stageOf('pair');
    const schedule = Object.values(catalogue)
      .flat()
      .find(({ name }) => name === 'deletion of the key was scheduled (source key)') as Drift;
    await schedule.done(stage.they);
    const { changes } = await toldOf(stage, () => stage.clock.advance(8 * 24 * 3600));

    expect(changes).toMatchObject([
      { eventName: 'DeleteKey', resources: [stage.they.source.key], actor: { kind: 'service', principal: 'kms.amazonaws.com' } },
    ]);
  });
});
