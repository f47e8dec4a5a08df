/** Stories about what a person has to see to: blockers, refusals, documents, pauses. */
import { faultText } from '../../model/desired-state/faults.ts';
import { blockerText, distinctBlockers } from '../../text/blocker.ts';
import { block, count, labelled, printable } from '../../text/text.ts';
import { instantText } from '../../text/time.ts';
import type { Story, StoryOf } from '../story.ts';
import { be, firstOf, listed, subjectsOf } from './names.ts';
import { mail, type Tale } from './tale.ts';
import { actorLines } from './who.ts';

const most = { blockers: 8, reasons: 10, faults: 40 } as const;

export function blocked(story: StoryOf<'blocked'>): Tale {
  const blockers = distinctBlockers(story.blockers);
  const name = firstOf(story);
  return {
    subject: `Lockstep: ${subjectsOf(story)} ${be(story.replications)} blocked: ${blockers[0]?.reason ?? 'something stands in the way'}`,
    opening: `${subjectsOf(story)} ${be(story.replications)} blocked since ${instantText(story.since)} by something that is not Lockstep's to change. Its owner has to act; until then objects may not replicate.`,
    sections: [
      ...blockers.slice(0, most.blockers).map((blocker) => blockerText(mail, blocker, 0)),
      ...(blockers.length > most.blockers ? [`… and ${count(blockers.length - most.blockers, 'more blocker')}.`] : []),
    ],
    steps: [
      `Have its owner do what is said above. \`lockstep explain ${name}\` shows the permission proof, hop by hop.`,
      `Lockstep notices by itself when it is gone, within the hour; \`lockstep resume ${name}\` has it look at once.`,
    ],
  };
}

export function unreadable(story: StoryOf<'unreadable'>): Tale {
  const reasons = [...new Set(story.reasons)];
  return {
    subject: `Lockstep cannot read what ${subjectsOf(story)} depends on`,
    opening: `Lockstep cannot read everything that ${subjectsOf(story)} depends on, so it neither proves nor repairs what it cannot see. Somebody has to give it access.`,
    sections: [
      reasons
        .slice(0, most.reasons)
        .map((reason) => block(mail, `- ${printable(reason)}`, 0))
        .join('\n'),
    ].filter((text) => text !== ''),
    steps: [
      'Give the spoke role named above what it lacks, or deploy the spoke again in that account.',
      `\`lockstep resume ${firstOf(story)}\` has it look again at once; every hour it looks anyway.`,
    ],
  };
}

const reasonsOf = ({ reasons }: StoryOf<'spoke-silent'>): string =>
  reasons
    .slice(0, most.reasons)
    .map((reason) => block(mail, `- ${printable(reason)}`, 0))
    .join('\n');

export function spokeSilent(story: StoryOf<'spoke-silent'>): Tale {
  if (story.everywhere) return allSilent(story);
  const { account, regions } = story;
  const stacks = regions.map((region) => `lockstep-spoke-${account}-${region}`);
  return {
    subject: `Lockstep hears nothing from account ${account} (${listed(regions)})`,
    opening: `Changes in account ${account} (${listed(regions, 10)}) do not reach Lockstep any more. What drifts there is found and repaired by the hourly sweep only, not at once. Replication itself goes on.`,
    sections: [reasonsOf(story)],
    steps: [
      `A rule, its target or its role, or its heartbeat: \`npx cdk deploy ${stacks.join(' ')}\`, or let the StackSet mend its drift.`,
      'A trail: `aws cloudtrail start-logging --name ARN`, or have its owner record write management events again, those of KMS among them.',
      'The next sweep looks again; the alarm ends by itself.',
    ],
  };
}

const allSilent = (story: StoryOf<'spoke-silent'>): Tale => ({
  subject: 'Lockstep hears nothing from any account',
  opening: `Changes reach Lockstep from nowhere any more, so the fault is with the hub, in account ${story.account} (${listed(story.regions)}). What drifts is found and repaired by the hourly sweep only, not at once. Replication itself goes on.`,
  sections: [reasonsOf(story)],
  steps: [
    'Are the rule lockstep-route of the bus and the function lockstep-route there and at work? `npx cdk deploy lockstep-hub` puts them back; the log and the dead letters say what fails.',
    'Spokes that were deployed before there were heartbeats send none: deploy them again.',
    'The next sweep looks again; the alarm ends by itself.',
  ],
});

const edited = (actor: StoryOf<'orphaned'>['editedBy']): readonly string[] =>
  actor === undefined ? [] : [actorLines(mail, 'edited by', actor, 0).join('\n')];

export function invalidDocument(story: StoryOf<'invalid-document'>): Tale {
  const { document, faults, inForce } = story;
  const many = count(faults.length, 'fault');
  const before = inForce
    ? 'The last good version stays in force, and nothing was changed because of the new one.'
    : 'No version of it was ever valid, so nothing it names is looked after.';
  return {
    subject: `Lockstep refused document ${document.slice(document.lastIndexOf('/') + 1)}: ${many}`,
    opening: `The document ${document} is not valid: ${many}. ${before}`,
    sections: [
      faults
        .slice(0, most.faults)
        .map((fault) => block(mail, printable(faultText(fault)), 2))
        .concat(faults.length > most.faults ? [`  … and ${faults.length - most.faults} more.`] : [])
        .join('\n'),
      ...edited(story.editedBy),
    ].filter((text) => text !== ''),
    steps: ['Correct it: `lockstep validate FILE` names every fault, `lockstep push FILE` puts it in force.'],
  };
}

export function orphaned(story: StoryOf<'orphaned'>): Tale {
  const name = firstOf(story);
  return {
    subject: `Lockstep no longer repairs ${subjectsOf(story)}: its document is gone`,
    opening: `${subjectsOf(story)} ${be(story.replications)} no longer in a document: ${story.document} was deleted, or no longer says it. Nothing was removed in AWS, but nothing is repaired any more until a person decides.`,
    sections: edited(story.editedBy),
    steps: [
      'If that was a mistake: put the document back with `lockstep push FILE`.',
      `If it was meant: \`lockstep retire ${name}\` shows what Lockstep made for it, asks, and removes that; buckets, keys and objects stay.`,
    ],
  };
}

export function pauseEnded(story: StoryOf<'pause-ended'>): Tale {
  const name = firstOf(story);
  return {
    subject: `Lockstep repairs ${subjectsOf(story)} again: the pause is over`,
    opening: `The pause of ${subjectsOf(story)} ended at ${instantText(story.until)}: it is repaired again. Nothing has to be done.`,
    sections: [
      labelled(mail, 'paused for', printable(story.reason), 0),
      block(mail, `If a pause is still needed: \`lockstep pause ${name} --for 4h --reason TEXT\`.`, 0),
    ],
    steps: [],
  };
}

export const replicationsLine = ({ replications }: Story): readonly string[] =>
  replications.length > 2 ? [block(mail, `Replications (${replications.length}): ${listed(replications, 40)}`, 0)] : [];
