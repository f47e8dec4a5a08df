/** Stories about drift: repaired, not repaired, contested, stopped by the budget. */
import { block, count, labelled, printable } from '../../text/text.ts';
import { durationText, instantText } from '../../text/time.ts';
import type { DriftTold, StoryOf } from '../story.ts';
import { brokenSince, driftText, driftTexts } from './drift.ts';
import { be, firstOf, listed, subjectsOf } from './names.ts';
import { mail, type Tale } from './tale.ts';
import { actorLines, actorName, toolOf } from './who.ts';

const settingsOf = (drifts: readonly DriftTold[]): string => listed(drifts.map(({ setting }) => setting)) || 'settings';

/** The first setting and how many more: what a subject has room for. */
const inBrief = (drifts: readonly DriftTold[]): string =>
  `${drifts[0]?.setting ?? 'settings'}${drifts.length > 1 ? ` and ${drifts.length - 1} more` : ''}`;

// S3 does not try a failed object again: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
function missedObjects(name: string, from: string, until: string): string {
  return `Objects written from ${instantText(from)} until ${instantText(until)} may not have been replicated, and S3 does not try a failed one again: \`lockstep history ${name}\` shows the time to look at, S3 Batch Replication copies what is missing.`;
}

export function repaired(story: StoryOf<'repaired'>): Tale {
  const { drifts } = story;
  const name = firstOf(story);
  const from = brokenSince(drifts);
  const longest = Math.max(...drifts.map(({ seconds = -1 }) => seconds), -1);
  const lasted = longest < 0 ? '' : ` ${durationText(longest)} after it drifted`;
  return {
    subject: `Lockstep repaired ${subjectsOf(story)}: ${inBrief(drifts)}`,
    opening: `Lockstep repaired the ${settingsOf(drifts)} of ${subjectsOf(story)}${lasted}, and read back that it holds. The settings need nothing more from you.`,
    sections: driftTexts(mail, drifts),
    steps: [
      ...(from === undefined ? [] : [missedObjects(name, from, story.at)]),
      `If the change was intended, change the document; until then Lockstep undoes it again. To stop that for a while: \`lockstep pause ${name} --for 4h --reason TEXT\`.`,
    ],
  };
}

export function repairFailed(story: StoryOf<'repair-failed'>): Tale {
  const name = firstOf(story);
  return {
    subject: `Lockstep could not repair ${subjectsOf(story)}: ${inBrief(story.drifts)}`,
    opening: `Lockstep could not repair the ${settingsOf(story.drifts)} of ${subjectsOf(story)}. Objects may not replicate until somebody helps.`,
    sections: [labelled(mail, 'failed', printable(story.detail), 0), ...driftTexts(mail, story.drifts)],
    steps: [
      'Remove what the refusal above names.',
      `Then \`lockstep resume ${name}\` has it tried again at once; every hour it is tried anyway. \`lockstep plan ${name}\` shows what would be written.`,
    ],
  };
}

export function drifted(story: StoryOf<'drifted'>): Tale {
  const name = firstOf(story);
  return {
    subject: `Lockstep found drift in ${subjectsOf(story)}, not repaired: ${inBrief(story.drifts)}`,
    opening: `The ${settingsOf(story.drifts)} of ${subjectsOf(story)} drifted and will not be repaired by Lockstep for now. Objects may not replicate.`,
    sections: [labelled(mail, 'held', printable(story.held), 0), ...driftTexts(mail, story.drifts)],
    steps: [
      `End what holds it (above), or repair it yourself: \`lockstep plan ${name}\` shows the calls, \`lockstep apply ${name}\` makes them.`,
    ],
  };
}

/** Who undoes it, each once, the latest first. */
function rivalLines({ rivals }: StoryOf<'contested'>): readonly string[] {
  const distinct = [...new Map(rivals.toReversed().map((rival) => [actorName(rival), rival])).values()];
  if (distinct.length === 0) return [labelled(mail, 'undone by', 'not known: CloudTrail showed no call for it', 0)];
  return distinct.slice(0, 5).flatMap((rival) => actorLines(mail, 'undone by', rival, 0));
}

export function contested(story: StoryOf<'contested'>): Tale {
  const { drift, repairs, heldUntil } = story;
  const name = firstOf(story);
  const last = story.rivals.at(-1);
  const tool = toolOf(last?.userAgent);
  const who = last === undefined ? 'who undoes it' : `${actorName(last)}${tool === undefined ? '' : `, who uses ${tool}`}`;
  return {
    subject: `Lockstep stopped repairing ${subjectsOf(story)}: ${drift.setting} is contested`,
    opening: `Somebody keeps undoing what Lockstep repairs: the ${drift.setting} of ${subjectsOf(story)}, ${count(repairs, 'repair')} within an hour. It is now left as it is until ${instantText(heldUntil)}, so objects may not replicate.`,
    sections: [rivalLines(story).join('\n'), driftText(mail, drift)],
    steps: [
      `Agree with ${who}: either that change stops, or the document says what is wanted.`,
      `Then \`lockstep resume ${name}\` ends the hold at once. It ends by itself at ${instantText(heldUntil)}, and when the document changes.`,
    ],
  };
}

export function budgetExceeded({ drifted: many, of, percent }: StoryOf<'budget-exceeded'>): Tale {
  return {
    subject: `Lockstep stopped all repairs: ${many} of ${count(of, 'replication')} drifted`,
    opening: `Lockstep stopped all repairs: at one time ${many} of ${count(of, 'replication')} were found not to be as the documents want them, more than the ${percent} percent it may repair without being asked. Nothing is repaired until a person has looked.`,
    sections: [
      block(
        mail,
        'So much at once is seldom drift: more often a document, a release or an account is not what it should be, and repairs would spread that.',
        0,
      ),
    ],
    steps: [
      '`lockstep status` shows what drifted, `lockstep plan` what would be written.',
      'If the documents are right: `lockstep resume --all` lets the repairs go on. If not, correct them first.',
    ],
  };
}

export function provenAgain(story: StoryOf<'proven-again'>): Tale {
  const { startedAt, reasons, from } = story.outage;
  const seconds = (Date.parse(story.at) - Date.parse(startedAt)) / 1000;
  const lasted = seconds >= 0 ? ` after ${durationText(seconds)}` : '';
  const distinct = [...new Set(reasons)].slice(0, 10);
  return {
    subject: `Lockstep proved ${subjectsOf(story)} again${lasted}`,
    opening: `${subjectsOf(story)} ${be(story.replications)} proven again${lasted}: every setting is as desired, and the policies permit every hop.`,
    sections: [
      [
        labelled(mail, 'broken', `from ${instantText(startedAt)} until ${instantText(story.at)}`, 0),
        ...distinct.map((reason, index) => labelled(mail, index === 0 ? 'by' : '', printable(reason), 0)),
      ].join('\n'),
    ],
    steps: [missedObjects(firstOf(story), from, story.at)],
  };
}
