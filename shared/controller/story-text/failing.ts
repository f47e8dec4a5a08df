/** The story of objects that S3 did not replicate. */
import { blockerText, distinctBlockers } from '../../text/blocker.ts';
import { block, count, labelled, printable } from '../../text/text.ts';
import { instantText } from '../../text/time.ts';
import type { ReasonTold, StoryOf } from '../story.ts';
import { driftTexts } from './drift.ts';
import { listed, subjectsOf } from './names.ts';
import { mail, type Tale } from './tale.ts';

const most = { reasons: 10, troubles: 8 } as const;

export function failing(story: StoryOf<'failing'>): Tale {
  const { reasons, drifts, troubles, since, last } = story;
  const many = reasons.reduce((sum, { count: n }) => sum + n, 0);
  const blockers = distinctBlockers(story.blockers).slice(0, most.troubles);
  return {
    subject: `Lockstep: S3 did not replicate ${count(many, 'object')} of ${subjectsOf(story)}: ${listed(reasons.map(({ reason }) => reason))}`,
    opening: `S3 reported ${count(many, 'object')} of ${subjectsOf(story)} that it did not replicate, from ${instantText(since)} until ${instantText(last)} so far. ${whyOf(story)}`,
    sections: [
      reasons.slice(0, most.reasons).map(reasonLines).join('\n'),
      ...(troubles.length === 0
        ? []
        : [
            troubles
              .slice(0, most.troubles)
              .map((trouble) => block(mail, `- ${printable(trouble)}`, 0))
              .join('\n'),
          ]),
      ...blockers.map((blocker) => blockerText(mail, blocker, 0)),
      ...driftTexts(mail, drifts),
    ],
    steps: stepsOf(story),
  };
}

function whyOf({ drifts, proven, reasons, blockers, troubles }: StoryOf<'failing'>): string {
  const isExplained = reasons.some(({ explainedBy }) => explainedBy.length > 0);
  const settings = listed(drifts.map(({ setting }) => setting));
  if (proven && drifts.length > 0)
    return `Lockstep repaired the ${settings} (below), which ${isExplained ? 'explains it' : 'may explain it'}: everything is proven again.`;
  if (proven)
    return 'Every setting is as desired, and the policies permit every hop: look at the objects, or at what has changed back since.';
  if (blockers.length > 0) return "Something that is not Lockstep's to change stands in the way; its owner has to act.";
  return troubles.length > 0 ? 'What is wrong is listed below.' : 'Not everything could be judged: `lockstep explain` says what.';
}

const reasonLines = ({ reason, count: many, meaning, explainedBy }: ReasonTold): string =>
  labelled(
    mail,
    String(many),
    printable(`${reason}: ${meaning}${explainedBy.length > 0 ? ` (${listed(explainedBy)}, repaired)` : ''}`),
    0,
  );

// S3 does not try a failed object again: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
function stepsOf(story: StoryOf<'failing'>): readonly string[] {
  const { reasons, from, proven, replications } = story;
  const name = replications[0] ?? 'NAME';
  return [
    ...new Set(reasons.flatMap(({ todo }) => todo ?? [])),
    ...(proven ? [] : [`\`lockstep explain ${name}\` shows the permission proof, hop by hop.`]),
    `S3 does not try these objects again. Once replication is proven, have S3 Batch Replication copy what was written from ${instantText(from)} on (\`aws s3control create-job\`, filter on replication status FAILED): https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html. \`lockstep history ${name}\` shows the time.`,
  ];
}
