/** A story made readable: an e-mail, JSON for machines, a custom notification for chat channels. Pure. */
import { block, printable } from '../text/text.ts';
import { instantText } from '../text/time.ts';
import type { Story } from './story.ts';
import { type ChatNotification, chatNotification } from './story-text/chat.ts';
import { failing } from './story-text/failing.ts';
import { asciiLine } from './story-text/names.ts';
import {
  blocked,
  invalidDocument,
  orphaned,
  pauseEnded,
  replicationsLine,
  spokeSilent,
  unreadable,
} from './story-text/obstacles.ts';
import { budgetExceeded, contested, drifted, provenAgain, repaired, repairFailed } from './story-text/repairs.ts';
import { fitting, fittingText } from './story-text/size.ts';
import { stalled } from './story-text/stalled.ts';
import { mail, type Tale } from './story-text/tale.ts';

/** For machines: the story itself under the version of this shape, and what the e-mail says of it. Fields that are not known are left out. */
export type StoryJson = Story & {
  readonly version: 1;
  readonly subject: string;
  readonly summary: string;
  readonly nextSteps: readonly string[];
  /** Long values were cut and long lists shortened, to fit a message. */
  readonly shortened?: true;
};

export interface Notification {
  /** One line of printable ASCII, under 100 characters, as SNS asks of subjects. */
  readonly subject: string;
  /** An e-mail, wrapped at 100 columns; at most 32 KiB. */
  readonly text: string;
  /** At most 48 KiB. */
  readonly json: StoryJson;
  readonly chatbot: ChatNotification;
}

// Fewer than 100 characters, no line breaks: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const longestSubject = 99;

/** All forms together stay within the 256 KiB of an SNS message, even with every quote in them escaped. */
const textBytes = 32 * 1024;
const jsonBytes = 48 * 1024;

function taleOf(story: Story): Tale {
  switch (story.kind) {
    case 'repaired':
      return repaired(story);
    case 'repair-failed':
      return repairFailed(story);
    case 'drifted':
      return drifted(story);
    case 'blocked':
      return blocked(story);
    case 'unreadable':
      return unreadable(story);
    case 'contested':
      return contested(story);
    case 'proven-again':
      return provenAgain(story);
    case 'failing':
      return failing(story);
    case 'invalid-document':
      return invalidDocument(story);
    case 'orphaned':
      return orphaned(story);
    case 'pause-ended':
      return pauseEnded(story);
    case 'budget-exceeded':
      return budgetExceeded(story);
    case 'spoke-silent':
      return spokeSilent(story);
    case 'stalled':
      return stalled(story);
  }
}

function textOf(story: Story, { opening, sections, steps }: Tale): string {
  const left = steps.map((step) => block(mail, printable(step), 2).replace(/^ {2}/, '- '));
  const blocks = [
    block(mail, printable(opening), 0),
    ...sections,
    ...(left.length > 0 ? [['What is left to do', ...left].join('\n')] : []),
    ...replicationsLine(story),
    `Told by Lockstep at ${instantText(story.at)}.`,
  ];
  return fittingText(`${blocks.join('\n\n')}\n`, textBytes);
}

function jsonOf(story: Story, subject: string, { opening, steps }: Tale): StoryJson {
  const whole = { version: 1 as const, ...story, subject, summary: opening, nextSteps: steps };
  const { value, isWhole } = fitting(whole, jsonBytes);
  return isWhole ? value : { ...value, shortened: true };
}

export function toNotification(story: Story): Notification {
  const tale = taleOf(story);
  const subject = asciiLine(tale.subject, longestSubject);
  return {
    subject,
    text: textOf(story, tale),
    json: jsonOf(story, subject, tale),
    chatbot: chatNotification(story, subject, tale),
  };
}
