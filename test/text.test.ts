/** Words and numbers as people read them. */
import { describe, expect, it } from 'vitest';
import { compactJson } from '../shared/text/compact-json.ts';
import { differencesText } from '../shared/text/differences.ts';
import { durationText, instantText, secondsBetween } from '../shared/text/time.ts';

describe('a time', () => {
  it.each([
    { instant: '2026-03-01T12:00:00.5Z', text: '2026-03-01 12:00:00 UTC' },
    { instant: '2026-03-01T13:00:00+01:00', text: '2026-03-01 12:00:00 UTC' },
    { instant: 'soon', text: 'soon' },
  ])('is shown in UTC, and what is none as it is: $instant', ({ instant, text }) => {
    expect(instantText(instant)).toBe(text);
  });

  it.each([
    { from: '2026-03-01T12:00:00Z', to: '2026-03-01T12:00:12Z', seconds: 12 },
    { from: '2026-03-01T12:00:12Z', to: '2026-03-01T12:00:00Z', seconds: -12 },
    { from: 'never', to: '2026-03-01T12:00:00Z', seconds: undefined },
  ])('is so far from another: $from, $to', ({ from, to, seconds }) => {
    expect(secondsBetween(from, to)).toBe(seconds);
  });

  it.each([
    { seconds: 0, text: 'less than 1 s' },
    { seconds: Number.NaN, text: 'less than 1 s' },
    { seconds: 59.9, text: '59 s' },
    { seconds: 720, text: '12 min' },
    { seconds: 12_000, text: '3 h 20 min' },
    { seconds: 187_200, text: '2 d 4 h' },
  ])('lasts the two largest units that say something: $seconds', ({ seconds, text }) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('JSON in a report', () => {
  it.each([
    { value: { a: [1, 'b'], c: undefined }, width: 80, text: '{ "a": [1, "b"] }' },
    { value: [], width: 1, text: '[]' },
    { value: {}, width: 80, text: '{}' },
    { value: undefined, width: 80, text: 'null' },
    { value: { a: ['long', 'longer'] }, width: 12, text: '{\n  "a": [\n    "long",\n    "longer"\n  ]\n}' },
  ])('breaks lines only where it must: $value', ({ value, width, text }) => {
    expect(compactJson(value, width)).toBe(text);
  });
});

describe('a difference', () => {
  const style = { colour: false, width: 80 };

  it.each([
    { because: 'nothing was set', difference: { path: 'Status', desired: 'Enabled' }, text: 'Status: not set -> Enabled' },
    { because: 'an empty text is one', difference: { path: 'Prefix', observed: 'a', desired: '' }, text: 'Prefix: a -> ""' },
    {
      because: 'equal elements count as often as they are there',
      difference: { path: 'Principal', observed: ['a', 'b'], desired: ['a', 'a', 'b'] },
      text: 'Principal:\n  + a\n    2 elements unchanged',
    },
  ])('is shown in full and no more: $because', ({ difference, text }) => {
    expect(differencesText(style, [difference])).toBe(text);
  });
});
