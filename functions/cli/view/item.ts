/** One setting that is not, or was not, as desired. */
import type { Replication } from '../../../shared/model/replication.ts';
import { blockerText } from '../../../shared/text/blocker.ts';
import { differencesText } from '../../../shared/text/differences.ts';
import { place } from '../../../shared/text/place.ts';
import { settingTitle } from '../../../shared/text/setting-title.ts';
import { block, indent, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { hintFor } from '../failure.ts';
import type { Item, Standing } from '../standing.ts';

type Colour = 'green' | 'red' | 'yellow' | 'cyan';

const looks: Readonly<Record<Standing, { readonly sign: string; readonly colour: Colour; readonly says: string }>> = {
  planned: { sign: '~', colour: 'cyan', says: 'will be repaired' },
  repaired: { sign: '✓', colour: 'green', says: 'repaired' },
  written: { sign: '✓', colour: 'yellow', says: 'written, not yet read back' },
  open: { sign: '!', colour: 'yellow', says: 'differs, and is not repaired by Lockstep' },
  held: { sign: '!', colour: 'yellow', says: 'held' },
  failed: { sign: '✗', colour: 'red', says: 'failed' },
  skipped: { sign: '-', colour: 'yellow', says: 'skipped' },
  unreadable: { sign: '?', colour: 'red', says: 'unreadable' },
  blocked: { sign: '✗', colour: 'red', says: 'blocked' },
};

/** An aspect that is not among them is called by its name. */
export type Titles = ReadonlyMap<string, { readonly title: string; readonly matters: string }>;

type SettingAt = Pick<Item, 'aspect' | 'resource'>;

/** What a setting is called in the report of a replication. */
export function titleAt(titles: Titles, { aspect, resource }: SettingAt, replication: Replication | undefined): string {
  const title = titles.get(aspect)?.title ?? aspect.replaceAll('-', ' ');
  return settingTitle(title, resource, replication ? [replication] : []);
}

function headline(style: Style, item: Item, titles: Titles, replication: Replication | undefined, note: string): string {
  const { sign, colour, says } = looks[item.standing];
  return `  ${paint(style, colour, sign)} ${paint(style, 'bold', printable(titleAt(titles, item, replication)))}: ${paint(style, colour, says)}${note}`;
}

function details(style: Style, item: Item): readonly string[] {
  switch (item.standing) {
    case 'held':
      return [labelled(style, 'held', printable(item.detail), 4)];
    case 'failed': {
      const hint = hintFor(item.error);
      return [
        labelled(style, 'failed', printable(item.detail), 4),
        ...(item.error.caller ? [labelled(style, 'as', printable(item.error.caller), 4)] : []),
        ...(hint === undefined ? [] : [labelled(style, 'what to do', hint, 4)]),
      ];
    }
    case 'skipped':
      return [labelled(style, 'skipped', printable(item.detail), 4)];
    case 'unreadable':
      return unreadableDetails(style, item.detail, item.error);
    case 'blocked':
      return [blockerText(style, item.blocker, 4)];
    default:
      return [];
  }
}

function unreadableDetails(style: Style, detail: string, error: Parameters<typeof hintFor>[0] | undefined): readonly string[] {
  const hint = hintFor(error ?? { code: '', message: detail });
  return [block(style, printable(detail), 4), ...(hint === undefined ? [] : [labelled(style, 'what to do', hint, 4)])];
}

/** What and where: enough for a repair whose differences have been shown before. */
export function itemBriefText(style: Style, item: Item, titles: Titles, replication: Replication | undefined): string {
  return headline(style, item, titles, replication, `  ${paint(style, 'dim', printable(place(item.resource)))}`);
}

/** What, where, from and to, what became of it, and why it matters. */
export function itemText(style: Style, item: Item, titles: Titles, replication: Replication | undefined): string {
  const matters = item.standing === 'repaired' ? undefined : item.matters;
  return [
    headline(style, item, titles, replication, ''),
    `    ${paint(style, 'dim', printable(place(item.resource)))}`,
    ...(item.differences.length > 0 ? [indent(differencesText(style, item.differences), 6)] : []),
    ...details(style, item),
    ...(matters === undefined || matters === '' ? [] : [labelled(style, 'matters', printable(matters), 4)]),
  ].join('\n');
}

/** A setting that another replication has shown already. */
export const itemSeenText = (
  style: Style,
  item: Item,
  titles: Titles,
  replication: Replication | undefined,
  shownUnder: string,
): string => headline(style, item, titles, replication, paint(style, 'dim', `, shared with ${shownUnder}, see there`));

const mostNamed = 6;

/** Settings that could not be read for one and the same reason, told once. */
export function unreadableText(
  style: Style,
  items: readonly Item[],
  detail: string,
  titles: Titles,
  replication: Replication | undefined,
): string {
  const names = items.map((item) => `${titleAt(titles, item, replication)} (${item.resource.account})`);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const error = items.map((item) => (item.standing === 'unreadable' ? item.error : undefined)).find((e) => e !== undefined);
  return [
    `  ${paint(style, 'red', '?')} ${paint(style, 'bold', 'unreadable')}: ${items.length} settings`,
    block(style, paint(style, 'dim', printable(names.slice(0, mostNamed).join(', ') + more)), 4),
    ...unreadableDetails(style, detail, error),
  ].join('\n');
}
