/**
 * Which changes a trail is told to record. Pure.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
import type { Output, TrailInfo } from '../../model/operations.ts';

export type Selectors = Pick<Output<'cloudtrail:GetEventSelectors'>, 'EventSelectors' | 'AdvancedEventSelectors'>;
type Basic = NonNullable<Selectors['EventSelectors']>[number];
type Advanced = NonNullable<Selectors['AdvancedEventSelectors']>[number];

/** Of the services that replication depends on, the one without regions. */
const global = 'iam.amazonaws.com';

/** Whether writes to a service are recorded; a trail without selectors of its own records every one. */
export function recordedBy(
  { EventSelectors: basic = [], AdvancedEventSelectors: advanced = [] }: Selectors,
  { IncludeGlobalServiceEvents: hasGlobal = true }: TrailInfo,
  source: string,
): boolean {
  if (source === global && !hasGlobal) return false;
  if (basic.length + advanced.length === 0) return true;
  return basic.some((one) => takesBasic(one, source)) || advanced.some((one) => takesAdvanced(one, source));
}

const takesBasic = (
  { ReadWriteType: kind = 'All', IncludeManagementEvents: isOn = true, ExcludeManagementEventSources: without = [] }: Basic,
  source: string,
): boolean => isOn && kind !== 'ReadOnly' && !without.includes(source);

/** Fields that are not about category, kind or service are passed over: they narrow down what is recorded, seldom to nothing. */
const takesAdvanced = ({ FieldSelectors: fields = [] }: Advanced, source: string): boolean =>
  fields.some(({ Field, Equals = [] }) => Field === 'eventCategory' && Equals.includes('Management')) &&
  fields.every(({ Field, Equals, NotEquals = [] }) => {
    if (Field === 'readOnly') return !(Equals?.includes('true') ?? false) && !NotEquals.includes('false');
    if (Field === 'eventSource') return (Equals?.includes(source) ?? true) && !NotEquals.includes(source);
    return true;
  });
