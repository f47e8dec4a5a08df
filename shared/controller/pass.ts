/** One group, looked at again: only what the messages can be about where that is enough, everything where it is not. */
import { aspects } from '../aspects/index.ts';
import { type Pass, pass as passOver } from '../reconcile.ts';
import { type Target, targetsOf } from '../stages/targets.ts';
import type { OutageRecord } from './ledger.ts';
import type { Message, RequestReason } from './message.ts';
import { repaired } from './pass/contest.ts';
import { type PassContext, settingOf } from './pass/context.ts';
import { type Health, healthOf, seenIn } from './pass/health.ts';
import { countPass } from './pass/measures.ts';
import { type Permission, permit } from './pass/permit.ts';
import { mayRecover, Recoverable } from './pass/recoverable.ts';
import { endedRepairs, withActors } from './pass/repairs.ts';
import { type Asked, concernsAlias, everything, isCovered, type Scope, scopeOf } from './pass/scope.ts';
import { storiesOf } from './pass/stories.ts';
import { wishesOf } from './pass/wishes.ts';
import type { Controller } from './ports.ts';
import { tell } from './tell.ts';

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
  const fresh = memory.unfinished.length > 0 ? asked : asked.filter((one) => !isCovered(one, memory.looked, targets));
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
  if (!isEnough) await look(context);
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
    permit: async (steps) => {
      permission = await permit(context, steps);
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
  const { ended, open } = endedRepairs(context, done, permission);
  const repairs = await withActors(context, ended);
  const health = healthOf(context, done, [...repairs, ...open], isFull);
  const outages = await wholeOutages(context, health);
  const contests = permission.contests;
  for (const story of storiesOf(context, { pass: done, repairs, contests, outages, isFull })) await tell(c, story);
  for (const outage of outages) await c.ledger.putOutage(outage);
  await c.ledger.putStatuses(health.map(({ status }) => status));
  const isChanged = await rememberSeen(context, done);
  const isMended = repairs.some(({ outcome }) => outcome === 'repaired');
  if (!isFull && (isChanged || isMended)) await goOn(context, 'proof');
  if (isOutOfTime(done)) await goOn(context, 'continue');
  const over = repairs.filter(({ outcome }) => outcome === 'repaired' || outcome === 'written');
  await c.ledger.putContests(
    [...contests].map(([key, record]) =>
      over.filter((r) => settingOf(r) === key).reduce((sum, r) => repaired(sum, r.startedAt), record),
    ),
  );
  await c.ledger.endRepairs(memory.id, repairs);
  countPass(c.metrics, done, repairs, health, c.now());
  insistOnAnswers(context, done);
  await c.ledger.lookedAt(memory.id, isFull ? [everything] : [...settings], startedAt);
}

/** An outage that was open before keeps its beginning and its reasons. */
async function wholeOutages({ c, memory }: PassContext, health: readonly Health[]): Promise<readonly OutageRecord[]> {
  const news = health.flatMap(({ outage }) => outage ?? []);
  return Promise.all(
    news.map(async (outage) => {
      if (memory.statuses.get(outage.replication)?.outage !== outage.startedAt) return outage;
      const former = (await c.ledger.outages(outage.replication, 1)).find(({ startedAt }) => startedAt === outage.startedAt);
      if (former === undefined) return outage;
      const reasons = [...new Set([...former.reasons, ...outage.reasons])];
      return { ...outage, reasons, window: { ...outage.window, from: former.window.from } };
    }),
  );
}

/** @returns whether anything looks otherwise than when it was last looked at, ours or not */
async function rememberSeen({ c, memory }: PassContext, done: Pass): Promise<boolean> {
  const now = seenIn(done);
  const before = await c.ledger.seen([...now.keys()]);
  const changed = [...now].filter(([arn, digests]) =>
    Object.entries(digests).some(([aspect, digest]) => before.get(arn)?.[aspect] !== digest),
  );
  if (changed.length === 0) return false;
  await c.ledger.putSeen(new Map(changed.map(([arn, digests]) => [arn, { ...before.get(arn), ...digests }])));
  const following = done.compared.filter(({ target }) => target.aspect.follows !== undefined);
  const isKnown = following.length > 0 && following.every(({ observed }) => observed.status !== 'unreadable');
  if (isKnown)
    await c.ledger.linkPolicies(
      memory.id,
      following.flatMap(({ target, observed }) =>
        observed.status === 'present' ? (target.aspect.follows?.(observed.value) ?? []) : [],
      ),
    );
  return true;
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
