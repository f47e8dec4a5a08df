/**
 * Which management events a trail subscribes to: only those reach EventBridge.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from '@aws-sdk/client-cloudtrail';
import { globalRegionOf } from '../../trail/names.ts';
import type { TrailRecord } from '../../trail/record.ts';
import type { Trail } from './state.ts';

export function covers(trail: Trail, record: TrailRecord): boolean {
  if (!trail.logging || !coversRegion(trail, record)) return false;
  return 'basic' in trail.selectors
    ? trail.selectors.basic.some((selector) => selects(selector, record))
    : trail.selectors.advanced.some((selector) => selectsByFields(selector, record));
}

function coversRegion(trail: Trail, { awsRegion, eventSource }: TrailRecord): boolean {
  const isGlobal = globalRegionOf(eventSource.replace(/\.amazonaws\.com$/, ''), awsRegion) !== undefined;
  if (isGlobal) return trail.globalEvents;
  return trail.multiRegion || trail.homeRegion === awsRegion;
}

function selects(selector: EventSelector, { readOnly, eventSource }: TrailRecord): boolean {
  const { ReadWriteType: type = 'All', IncludeManagementEvents: management = true } = selector;
  if (!management || selector.ExcludeManagementEventSources?.includes(eventSource)) return false;
  return type === 'All' || (type === 'ReadOnly') === readOnly;
}

function selectsByFields(selector: AdvancedEventSelector, record: TrailRecord): boolean {
  const fields: Readonly<Record<string, string>> = {
    eventCategory: record.eventCategory,
    readOnly: String(record.readOnly),
    eventSource: record.eventSource,
    eventName: record.eventName,
    eventType: record.eventType,
  };
  return (selector.FieldSelectors ?? []).every((field) => holds(field, fields[field.Field ?? ''] ?? ''));
}

function holds(field: AdvancedFieldSelector, value: string): boolean {
  const any = (list: readonly string[] | undefined, test: (one: string) => boolean) => list === undefined || list.some(test);
  const none = (list: readonly string[] | undefined, test: (one: string) => boolean) => !(list ?? []).some(test);
  return (
    any(field.Equals, (one) => one === value) &&
    any(field.StartsWith, (one) => value.startsWith(one)) &&
    any(field.EndsWith, (one) => value.endsWith(one)) &&
    none(field.NotEquals, (one) => one === value) &&
    none(field.NotStartsWith, (one) => value.startsWith(one)) &&
    none(field.NotEndsWith, (one) => value.endsWith(one))
  );
}
