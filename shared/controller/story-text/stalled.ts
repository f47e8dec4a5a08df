/** The story about objects that do not move though everything is as desired. */
import { block, count, printable } from '../../text/text.ts';
import { durationText, instantText } from '../../text/time.ts';
import type { Stall } from '../ledger.ts';
import type { StoryOf } from '../story.ts';
import { firstOf, subjectsOf } from './names.ts';
import { mail, type Tale } from './tale.ts';

const most = 10;

/** `orders-dr, rule all: 12 operations pending, the oldest for 3 h 20 min`. */
export const stallText = ({ replication, rule, pending, waitedSeconds }: Stall): string =>
  `${replication}, rule ${rule}: ${count(pending, 'operation')} pending${waitedSeconds === undefined ? '' : `, the oldest for ${durationText(waitedSeconds)}`}`;

export function stalled(story: StoryOf<'stalled'>): Tale {
  const { account, region, minutes, since, stalls } = story;
  return {
    subject: `Lockstep: nothing moves in ${subjectsOf(story)}, though all is as desired`,
    opening: `Objects of ${subjectsOf(story)} have been waiting for replication to ${region} (account ${account}) for ${durationText(minutes * 60)} and more, as of ${instantText(since)}. Every setting is as desired, so there is nothing for Lockstep to repair. S3 counts no failures while nothing is tried.`,
    sections: [
      [
        ...stalls.slice(0, most).map((stall) => block(mail, `- ${printable(stallText(stall))}`, 0)),
        ...(stalls.length > most ? [`… and ${count(stalls.length - most, 'more rule')}.`] : []),
      ].join('\n'),
    ],
    steps: [
      `See whether AWS has trouble with S3 or KMS in ${region} or in the region of the source: https://health.aws.amazon.com/health/status`,
      'Many replications at once: look for throttling of AWS KMS in both accounts (Service Quotas, cryptographic operations). A single one: many or very large objects written at once.',
      `\`lockstep explain ${firstOf(story)}\` proves the permissions anew. Otherwise open a case with AWS: bucket, rule and region are above.`,
      'The next sweep looks again; the alarm ends by itself.',
    ],
  };
}
