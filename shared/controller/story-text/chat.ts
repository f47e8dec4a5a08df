/**
 * A story as a custom notification for chat channels. AWS's page gives the fields but no lengths; these stay within what chat platforms
 * show in one message (3,000 characters in a block of Slack).
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
import type { Difference } from '../../model/finding.ts';
import { place } from '../../text/place.ts';
import { count } from '../../text/text.ts';
import type { DriftTold, Story } from '../story.ts';
import { cutText } from './size.ts';
import { stallText } from './stalled.ts';
import type { Tale } from './tale.ts';
import { actorName } from './who.ts';

export interface ChatNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

const longest = { title: 250, description: 2800, step: 350, keyword: 75, summary: 250, resource: 250, context: 250 } as const;
const most = { drifts: 5, differences: 4, steps: 5, keywords: 10, resources: 10 } as const;

/** Names and session names are chosen by others: `<!channel>` in one must not ring everybody's bell. */
const safe = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const code = (text: string): string => `\`${safe(text.replace(/`/g, "'").replace(/\s+/g, ' '))}\``;

const valueText = (value: unknown): string =>
  value === undefined ? 'not set' : code(cutText(typeof value === 'string' ? value || '""' : (JSON.stringify(value) ?? ''), 100));

const differenceText = ({ path, observed, desired }: Difference): string =>
  `  - ${path === '' ? '' : `${code(cutText(path, 100))}: `}${valueText(observed)} -&gt; ${valueText(desired)}`;

function driftText({ setting, resource, differences, change }: DriftTold): string {
  const left = differences.length - most.differences;
  return [
    `*${safe(setting)}*, ${safe(place(resource))}`,
    ...differences.slice(0, most.differences).map(differenceText),
    ...(left > 0 ? [`  - and ${count(left, 'more difference')}`] : []),
    ...(change === undefined ? [] : [`  by ${code(cutText(actorName(change.actor), 300))}, ${code(change.eventName)}`]),
  ].join('\n');
}

/** The settings a story is about. */
export function driftsOf(story: Story): readonly DriftTold[] {
  if ('drifts' in story) return story.drifts;
  return story.kind === 'contested' ? [story.drift] : [];
}

function details(story: Story): readonly string[] {
  const drifts = driftsOf(story);
  const shown = drifts.slice(0, most.drifts).map(driftText);
  if (drifts.length > most.drifts) shown.push(`and ${count(drifts.length - most.drifts, 'more setting')}`);
  if (story.kind === 'blocked')
    return story.blockers
      .slice(0, most.drifts)
      .map(({ reason, owner }) => `- ${safe(cutText(reason, 400))}${owner === undefined ? '' : ` (${code(owner)})`}`);
  if (story.kind === 'unreadable' || story.kind === 'spoke-silent')
    return story.reasons.slice(0, most.drifts).map((reason) => `- ${safe(cutText(reason, 400))}`);
  if (story.kind === 'stalled')
    return story.stalls.slice(0, most.drifts).map((stall) => `- ${safe(cutText(stallText(stall), 400))}`);
  if (story.kind === 'invalid-document')
    return story.faults
      .slice(0, most.drifts)
      .map(({ path, message }) => `- ${code(path || 'the document')}: ${safe(cutText(message, 300))}`);
  if (story.kind === 'failing')
    return [
      ...story.reasons
        .slice(0, most.drifts)
        .map(({ reason, count: many, meaning }) => `- ${many} ${code(reason)}: ${safe(meaning)}`),
      ...shown,
    ];
  return shown;
}

function resourcesOf(story: Story): readonly string[] {
  const arns = driftsOf(story).map(({ resource }) => resource.arn);
  const owners =
    story.kind === 'blocked' ? story.blockers.flatMap(({ owner }) => (owner?.startsWith('arn:') ? [owner] : [])) : [];
  const parameters = 'document' in story ? [story.document] : [];
  return [...new Set([...arns, ...owners, ...parameters])].slice(0, most.resources).map((one) => cutText(one, longest.resource));
}

/** One thread a replication, or a group, or a document; one for what concerns the whole fleet. */
const threadOf = (story: Story): string => {
  const about = story.group ?? story.replications[0] ?? ('document' in story ? story.document : 'fleet');
  return cutText(`lockstep-${about}`, longest.keyword * 2);
};

function contextOf(story: Story): Readonly<Record<string, string>> {
  return {
    kind: story.kind,
    at: story.at,
    ...(story.group !== undefined && { group: cutText(story.group, longest.context) }),
    ...(story.replications.length > 0 && { replications: String(story.replications.length) }),
  };
}

export function chatNotification(story: Story, subject: string, tale: Tale): ChatNotification {
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: cutText(safe(subject), longest.title),
      description: cutText([safe(tale.opening), ...details(story)].join('\n'), longest.description),
      nextSteps: tale.steps.slice(0, most.steps).map((step) => cutText(safe(step), longest.step)),
      keywords: ['Lockstep', story.kind, ...story.replications]
        .slice(0, most.keywords)
        .map((word) => cutText(word, longest.keyword)),
    },
    metadata: {
      threadId: threadOf(story),
      summary: cutText(subject, longest.summary),
      eventType: `lockstep-${story.kind}`,
      relatedResources: resourcesOf(story),
      additionalContext: contextOf(story),
    },
  };
}
