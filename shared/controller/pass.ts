/** One group, looked at again: only what the messages can be about where that is enough, everything where it is not. */
import { aspects } from '../aspects/index.ts';
import { stepKey } from '../model/finding.ts';
import { type Pass, pass as passOver } from '../reconcile.ts';
import { type Target, targetsOf } from '../stages/targets.ts';
import { digestOf } from './digest.ts';
import type { ContestRecord, OutageRecord, RepairRecord } from './ledger.ts';
import type { Message, RequestReason } from './message.ts';
import { repaired, uncontested } from './pass/contest.ts';
import type { PassContext } from './pass/context.ts';
import { failingStory, isPartOf } from './pass/failing.ts';
import { type Health, healthOf, seenIn } from './pass/health.ts';
import { countPass } from './pass/measures.ts';
import { type Permission, permit } from './pass/permit.ts';
import { mayRecover, Recoverable } from './pass/recoverable.ts';
import { endedRepairs, withActors } from './pass/repairs.ts';
import { type Asked, concernsAlias, everything, isCovered, type Scope, scopeOf } from './pass/scope.ts';
import { storiesOf } from './pass/stories.ts';
import { wishesOf } from './pass/wishes.ts';
import type { Controller } from './ports.ts';
import { hush, tell } from './tell.ts';

export type { Asked } from './pass/scope.ts';

/**
 * Answers all messages of one group together. Refusals are outcomes: told, counted and remembered.
 *
 * @param remaining milliseconds that the invocation still has
 * @throws Recoverable for trouble that may pass by itself, and whatever the ledger, the queue or Parameter Store throw: the messages then come back
 */
export async function pass(id: string, asked: readonly Asked[], c: Controller, remaining: () => number): Promise<void> {
  const startedAt = c.now().toISOString();
  const memory = await c.ledger.group(id);
  if (memory === undefined) return c.log.info('group unknown', { group: id });
  const { group, ended } = wishesOf(memory, c.now());
  const targets = targetsOf(group, aspects);
  const fresh = asked.filter((one) => !isCovered(one, memory.looked, targets));
  if (fresh.length === 0) return c.log.debug('group already looked at', { group: id, messages: asked.length });
  const isLate = (): boolean => remaining() < c.settings.reserveSeconds * 1000;
  const context: PassContext = { c, memory, group, asked: fresh, startedAt, isLate };
  if (isLate()) return goOn(context, 'continue');
  if (c.readmit !== undefined && fresh.some(concernsAlias)) {
    await c.readmit(`alias:${startedAt}`);
    return goOn(context, 'proof');
  }

  const scope = scopeOf(fresh, memory, targets);
  c.log.info('group looked at', { group: id, scope: scope.kind, messages: asked.length, fresh: fresh.length });
  const isEnough = scope.kind === 'targeted' && (await lookAtSome(context, scope));
  // What the first look left behind is part of what is known now.
  if (!isEnough) await look(scope.kind === 'full' ? context : { ...context, memory: (await c.ledger.group(id)) ?? memory });
  await Promise.all(ended.map(({ replication }) => c.ledger.removePause(replication)));
}

/** @returns false when all of the group must be looked at, at once */
async function lookAtSome(context: PassContext, { settings }: Scope & { kind: 'targeted' }): Promise<boolean> {
  if (settings.size === 0) return true;
  const done = await look(context, settings);
  const isStuck = done.outcomes.some(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
  const isBroken = done.compared.some(({ finding }) => finding.verdict === 'blocked' || finding.verdict === 'unreadable');
  return !isStuck && !isBroken;
}

/** One pass of the core, and everything that follows from it. Stories go first and the repairs' end last: a crash in between repeats, it does not lose. */
async function look(context: PassContext, settings?: ReadonlySet<string>): Promise<Pass> {
  const { c } = context;
  const accounts = settings === undefined ? await organizationPolicies(context) : undefined;
  let permission: Permission = { holds: new Map(), started: new Map(), contests: new Map() };
  const done = await passOver(context.group, {
    observer: c.observer,
    healer: c.healer,
    write: c.settings.mode === 'repair',
    wait: c.wait,
    now: c.now,
    random: c.random,
    isLate: context.isLate,
    permit: async (steps, left) => {
      permission = await permit(context, steps, left);
      return permission.holds;
    },
    ...(accounts && { accounts }),
    ...(settings && { only: ({ key }: Target) => settings.has(key) }),
  });
  await conclude(context, done, permission, settings);
  return done;
}

const organizationPolicies = async ({ c, group }: PassContext) =>
  c.organizationOf?.([
    ...new Set(group.replications.flatMap(({ source, destination }) => [source.account, destination.account])),
  ]);

async function conclude(context: PassContext, done: Pass, permission: Permission, settings?: ReadonlySet<string>): Promise<void> {
  const { c, memory, startedAt } = context;
  const isFull = settings === undefined;
  const { ended, open } = endedRepairs(context, done, permission, isFull);
  const repairs = await withActors(context, ended);
  const health = healthOf(context, done, [...repairs, ...open], isFull);
  const outages = await wholeOutages(context, health);
  const contests = permission.contests;
  const failing = isFull ? await failingStory(context, done, repairs, health) : undefined;
  const isTold = failing !== undefined && (await tell(c, failing));
  for (const story of storiesOf(context, { pass: done, repairs, contests, outages, isFull }))
    await (isTold && isPartOf(failing, story) ? hush(c, story) : tell(c, story));
  // A status names its open outage: it comes before that outage, and after the end of one, so that none is left open.
  for (const outage of outages.filter(isOver)) await c.ledger.putOutage(outage);
  await c.ledger.putStatuses(health.map(({ status }) => status));
  for (const outage of outages.filter((one) => !isOver(one))) await c.ledger.putOutage(outage);
  const news = await unseen(context, done);
  const isMended = repairs.some(({ outcome }) => outcome === 'repaired');
  if (!isFull && (news.size > 0 || isMended)) await goOn(context, 'proof');
  if (isOutOfTime(done)) await goOn(context, 'continue');
  if (news.size > 0) await rememberSeen(context, done, news);
  await c.ledger.putContests(contestsAfter(context, done, contests, repairs));
  await c.ledger.endRepairs(memory.id, repairs);
  for (const { replication } of outages.filter(isOver)) await forgetFailures(context, replication);
  countPass(c.metrics, done, repairs, health, c.now());
  insistOnAnswers(context, done);
  await c.ledger.lookedAt(memory.id, isFull ? [everything] : [...settings], startedAt);
}

const isOver = ({ endedAt }: OutageRecord): boolean => endedAt !== undefined;

async function forgetFailures({ c, memory }: PassContext, replication: string): Promise<void> {
  const failures = memory.failures.get(replication);
  if (failures !== undefined) await c.ledger.removeFailures(failures);
}

/** Repairs that were read back count, those too that a pass made before it died. */
function contestsAfter(
  { memory }: PassContext,
  { compared }: Pass,
  judged: Permission['contests'],
  repairs: readonly RepairRecord[],
): readonly ContestRecord[] {
  const contests = new Map(judged);
  for (const record of repairs.filter(({ outcome }) => outcome === 'repaired' || outcome === 'written')) {
    const setting = stepKey(record);
    const target = compared.find((item) => item.target.key === setting)?.target;
    const former = contests.get(setting) ?? memory.contests.get(setting) ?? (target && neverRepaired(memory.id, target));
    if (former !== undefined) contests.set(setting, repaired(former, record.startedAt));
  }
  return [...contests.values()];
}

const neverRepaired = (group: string, { key, aspect, sharers, on }: Target): ContestRecord =>
  uncontested({ group, setting: key, digest: digestOf(aspect.desired(sharers, on)) });

/** An outage that was known before keeps its beginning and its reasons. */
async function wholeOutages({ c }: PassContext, health: readonly Health[]): Promise<readonly OutageRecord[]> {
  const news = health.flatMap(({ outage }) => outage ?? []);
  return Promise.all(
    news.map(async (outage) => {
      const former = (await c.ledger.outages(outage.replication, 1)).find(({ startedAt }) => startedAt === outage.startedAt);
      if (former === undefined) return outage;
      const reasons = [...new Set([...former.reasons, ...outage.reasons])];
      const from = former.window.from < outage.window.from ? former.window.from : outage.window.from;
      return { ...outage, reasons, window: { ...outage.window, from } };
    }),
  );
}

type Seen = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** What looks otherwise than when it was last looked at, ours or not. */
async function unseen({ c }: PassContext, done: Pass): Promise<Seen> {
  const now = seenIn(done);
  const before = await c.ledger.seen([...now.keys()]);
  const changed = [...now].filter(([arn, digests]) =>
    Object.entries(digests).some(([aspect, digest]) => before.get(arn)?.[aspect] !== digest),
  );
  return new Map(changed.map(([arn, digests]) => [arn, { ...before.get(arn), ...digests }]));
}

/** Last what says that it is no news. */
async function rememberSeen({ c, memory }: PassContext, done: Pass, news: Seen): Promise<void> {
  const following = done.compared.filter(({ target }) => target.aspect.follows !== undefined);
  const isKnown = following.length > 0 && following.every(({ observed }) => observed.status !== 'unreadable');
  if (isKnown)
    await c.ledger.linkPolicies(
      memory.id,
      following.flatMap(({ target, observed }) =>
        observed.status === 'present' ? (target.aspect.follows?.(observed.value) ?? []) : [],
      ),
    );
  await c.ledger.putSeen(news);
}

const isOutOfTime = ({ outcomes }: Pass): boolean => outcomes.some((o) => o.outcome === 'skipped' && o.outOfTime);

/** Asks for another pass of the whole group. */
async function goOn({ c, memory, startedAt }: PassContext, reason: RequestReason): Promise<void> {
  const message: Message = { version: 1, group: memory.id, trigger: { kind: 'request', reason } };
  await c.queue.send([{ message, deduplication: `${reason}:${memory.id}:${startedAt}` }]);
}

/** @throws Recoverable where AWS gave no answer, or will give another one soon */
function insistOnAnswers({ memory }: PassContext, { compared, outcomes }: Pass): void {
  const errors = [
    ...compared.flatMap(({ finding }) => (finding.verdict === 'unreadable' && finding.error ? [finding.error] : [])),
    ...outcomes.flatMap((o) => (o.outcome === 'failed' ? [o.error] : [])),
  ];
  const passing = errors.find(mayRecover);
  if (passing !== undefined) throw new Recoverable(`group ${memory.id}: ${passing.code}: ${passing.message}`);
}
