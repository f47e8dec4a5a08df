/** Stories about more than anybody reads: cut, and saying so. */
import { describe, expect, it } from 'vitest';
import type { Story } from '../../shared/controller/story.ts';
import { toNotification } from '../../shared/controller/story-text.ts';
import { differencesText } from '../../shared/text/differences.ts';
import { aDrift, samples } from './stories.ts';

const many = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

const blockers = (length: number) => many(length, (at) => ({ reason: `the Deny number ${at}`, remedy: 'Ask its owner.' }));
const stalled = samples.stalled as Extract<Story, { kind: 'stalled' }>;

describe('a story of very many', () => {
  it.each<{ what: string; story: Story; rest: string }>([
    { what: 'blockers', story: { ...samples.blocked, blockers: blockers(11) }, rest: '… and 3 more blockers.' },
    { what: 'blockers, one too many', story: { ...samples.blocked, blockers: blockers(9) }, rest: '… and 1 more blocker.' },
    {
      what: 'faults',
      story: {
        ...samples['invalid-document'],
        faults: many(45, (at) => ({ path: `replications.r${at}`, message: 'is not known' })),
      },
      rest: '… and 5 more.',
    },
    {
      what: 'settings',
      story: { ...samples.repaired, drifts: many(13, (at) => aDrift({ setting: `setting ${at}` })) },
      rest: '… and 3 more settings.',
    },
    {
      what: 'rules that stand still',
      story: {
        ...stalled,
        stalls: many(200, (at) => ({ ...(stalled.stalls[0] as (typeof stalled.stalls)[number]), rule: `rule-${at}` })),
      },
      rest: 'more rules.',
    },
  ])('names the first $what and counts the rest', ({ story, rest }) => {
    expect(toNotification(story).text.replaceAll(/\s+/g, ' ')).toContain(rest);
  });
});

describe('a story of failures', () => {
  const failing = samples.failing as Extract<Story, { kind: 'failing' }>;
  const unproven = { ...failing, proven: false, drifts: [] };

  it.each([
    { because: 'a setting explains it', story: failing, says: 'which explains it: everything is proven again.' },
    {
      because: 'another setting may',
      story: { ...failing, reasons: failing.reasons.map((one) => ({ ...one, explainedBy: [] })) },
      says: 'which may explain it: everything is proven again.',
    },
    {
      because: 'nothing was wrong',
      story: { ...failing, drifts: [] },
      says: 'Every setting is as desired, and the policies permit every hop',
    },
    { because: 'others stand in the way', story: { ...unproven, blockers: blockers(1) }, says: 'its owner has to act.' },
    {
      because: 'something is still wrong',
      story: { ...unproven, troubles: ['A key is disabled.'] },
      says: 'What is wrong is listed below.',
    },
    { because: 'something cannot be told', story: unproven, says: 'Not everything could be judged' },
  ])('says in its first words why: $because', ({ story, says }) => {
    expect(toNotification(story).text.replaceAll(/\s+/g, ' ')).toContain(says);
  });
});

describe('very many differences', () => {
  it('are shown but for the last, which are counted', () => {
    const differences = many(22, (at) => ({ path: `Rules[${at}]`, observed: 'Disabled', desired: 'Enabled' }));

    const text = differencesText({ colour: false, width: 100 }, differences);

    expect(text.split('\n')).toHaveLength(21);
    expect(text).toContain('… and 2 more differences');
  });
});
