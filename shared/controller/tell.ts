/** One notification a story: claimed in the ledger before it is sent, so that retries and rivals tell it once. */
import { createHash } from 'node:crypto';
import { stableJson } from '../policy/statements.ts';
import type { Actor } from './change.ts';
import type { StoryRecord } from './ledger.ts';
import type { Controller } from './ports.ts';
import type { DriftTold, Story, Telling } from './story.ts';
import { fitting } from './story-text/size.ts';

type Teller = Pick<Controller, 'ledger' | 'notifier' | 'now' | 'log'>;

/** Below DynamoDB's 400 KB an item, with room for the rest of it. */
const bodyBytes = 128 * 1024;

const hash = (value: unknown): string => createHash('sha256').update(stableJson(value)).digest('hex').slice(0, 24);

/** Session names carry run numbers, ids and times: they make no other person. */
const steady = (session: string): string =>
  session
    .toLowerCase()
    .replace(/[0-9a-f]{8,}/g, '#')
    .replace(/\d+/g, '#');

/** Who it is, whatever the address, the tool's version and the run. */
const personOf = ({ kind, principal, session }: Actor) => ({
  kind,
  principal,
  ...(session !== undefined && { session: steady(session) }),
});

const sorted = (values: readonly unknown[]): readonly unknown[] =>
  [...new Map(values.map((value) => [stableJson(value), value] as const)).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);

const settingOf = ({ setting, resource }: DriftTold) => `${setting} ${resource.arn}`;

interface Content {
  /** What it is about, and who did it. */
  readonly about: unknown;
  /** What else makes it another story. */
  readonly content?: unknown;
}

const ofDrifts = (drifts: readonly DriftTold[]): Content => ({
  about: sorted(drifts.map(settingOf)),
  content: sorted(drifts.map((drift) => [settingOf(drift), sorted(drift.differences)])),
});

/** The same by another person is another story. */
const ofRepairs = (drifts: readonly DriftTold[]): Content => ({
  ...ofDrifts(drifts),
  about: sorted(drifts.map((drift) => [settingOf(drift), drift.change && personOf(drift.change.actor)])),
});

function contentOf(story: Story): Content {
  switch (story.kind) {
    case 'repaired':
      return ofRepairs(story.drifts);
    case 'repair-failed':
      return { ...ofDrifts(story.drifts), content: [ofDrifts(story.drifts).content, steadyText(story.detail)] };
    case 'drifted':
      return { ...ofDrifts(story.drifts), content: [ofDrifts(story.drifts).content, steadyText(story.held)] };
    case 'blocked':
      return {
        about: sorted(story.blockers.map(({ reason, owner }) => [steadyText(reason), owner])),
        content: sorted(story.blockers.map(({ statement, remedy }) => [statement, remedy])),
      };
    case 'unreadable':
      return { about: sorted(story.reasons.map(steadyText)) };
    case 'contested':
      return { about: settingOf(story.drift), content: sorted(story.rivals.map(personOf)) };
    case 'proven-again':
      return { about: story.replications, content: sorted(story.outage.reasons.map(steadyText)) };
    case 'failing':
      return {
        about: 'failures',
        content: [sorted(story.replications), sorted(story.outages), sorted(story.reasons.map(({ reason }) => reason))],
      };
    case 'invalid-document':
      return { about: story.document, content: [story.faults, story.inForce] };
    case 'orphaned':
      return { about: story.document, content: sorted(story.replications) };
    case 'pause-ended':
      return { about: sorted(story.replications), content: story.until };
    case 'budget-exceeded':
      return { about: 'fleet', content: story.sweep };
    case 'spoke-silent':
      return { about: story.everywhere ? 'everywhere' : story.account, content: sorted(story.reasons.map(steadyText)) };
    case 'stalled':
      return { about: story.region, content: story.since };
  }
}

/** Without ids and times. AWS puts the id of the request into its messages: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const steadyText = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*( ?UTC|Z)?/g, '#')
    .replace(/\b(request|host) ?id:? ?[^\s,;)]+/gi, '$1 id #');

/**
 * Whether two stories are the same. Times, durations, event ids, addresses and counters make no other story; another person, difference,
 * blocker or fault does.
 */
export function telling(story: Story): Telling {
  const { about, content } = contentOf(story);
  // However many replications live there.
  const spoke = story.kind === 'spoke-silent' || story.kind === 'stalled' ? story.account : undefined;
  const where = spoke ?? story.group ?? sorted(story.replications);
  const place = spoke ?? story.group ?? story.replications[0] ?? ('document' in story ? story.document : 'fleet');
  return {
    key: `${story.kind} ${place.slice(0, 200)} ${hash([where, about])}`,
    fingerprint: hash(content ?? ''),
  };
}

/**
 * Tells a story that was not told within the last day. Trouble with SNS is logged and leaves it untold: the sweep tells it later.
 *
 * @returns whether it was published now
 * @throws what the ledger throws
 */
export async function tell(c: Teller, story: Story): Promise<boolean> {
  const { key, fingerprint } = telling(story);
  const body = JSON.stringify(fitting(story, bodyBytes).value);
  if (!(await c.ledger.claimStory({ key, fingerprint, body, at: c.now().toISOString(), told: false }))) return false;
  return publish(c, key, story);
}

/**
 * Counts a story as told: another one has said all of it.
 *
 * @throws what the ledger throws
 */
export async function hush({ ledger, now }: Teller, story: Story): Promise<void> {
  const body = JSON.stringify(fitting(story, bodyBytes).value);
  await ledger.claimStory({ ...telling(story), body, at: now().toISOString(), told: true });
}

/**
 * Tells what was claimed before `before` (ISO 8601) and never published.
 *
 * @returns how many were published
 * @throws what the ledger throws
 */
export async function tellUntold(c: Teller, before: string): Promise<number> {
  let told = 0;
  for (const record of await c.ledger.untoldStories(before)) {
    const story = storyIn(record);
    if (story === undefined) c.log.error('story cannot be read', { key: record.key });
    // Claimed again, so that two who find it do not both tell it.
    else if (!(await c.ledger.claimStory({ ...record, at: c.now().toISOString() }))) continue;
    else if (await publish(c, record.key, story)) told += 1;
  }
  return told;
}

async function publish({ ledger, notifier, log }: Teller, key: string, story: Story): Promise<boolean> {
  const about = { kind: story.kind, group: story.group, replications: story.replications.slice(0, 20) };
  try {
    await notifier.tell(story);
  } catch (error) {
    log.error('story not published', { ...about, reason: error instanceof Error ? error.message : String(error) });
    return false;
  }
  await ledger.storyTold(key);
  log.info('story told', about);
  return true;
}

function storyIn({ body }: StoryRecord): Story | undefined {
  try {
    return JSON.parse(body) as Story;
  } catch {
    return undefined;
  }
}
