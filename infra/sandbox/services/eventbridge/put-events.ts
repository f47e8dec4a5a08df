/** Events of the account's own making. */
import { randomUUID } from 'node:crypto';
import type * as eb from '@aws-sdk/client-eventbridge';
import { decide } from '../../../../shared/policy/evaluate.ts';
import { standingOf } from '../../authorisation/standing.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { arrive } from './arrive.ts';
import { invalid } from './errors.ts';
import type { BusEvent } from './event.ts';
import { busArnOf } from './lookup.ts';
import { isObject } from './matchers.ts';
import { findBus } from './state.ts';

const maximumBytes = 1024 * 1024;

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export function putEvents(input: eb.PutEventsCommandInput, call: CallContext) {
  const entries = input.Entries ?? [];
  if (entries.length < 1 || entries.length > 10) {
    throw invalid(
      `1 validation error detected: Value '${entries.length}' at 'entries' failed to satisfy constraint: Member must have length between 1 and 10`,
    );
  }
  if (entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > maximumBytes) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  for (const { EventBusName } of entries) requireAccess(busArnOf(EventBusName, call), call);
  const results = entries.map((entry) => put(entry, call));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

const sizeOf = ({ Source = '', DetailType = '', Detail = '', Time, Resources = [] }: eb.PutEventsRequestEntry): number =>
  Buffer.byteLength([Source, DetailType, Detail, ...Resources].join('')) + (Time ? 14 : 0);

function put(entry: eb.PutEventsRequestEntry, call: CallContext) {
  const refusal = refusalOf(entry);
  if (refusal) return refusal;
  const now = call.world.clock.now();
  const event: BusEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: call.caller.account,
    time: `${(entry.Time ?? now).toISOString().slice(0, 19)}Z`,
    region: call.region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(entry.Detail ?? '{}'),
  };
  // A bus that does not exist takes the event all the same, and nothing comes of it.
  call.world.clock.after(0, () => arrive(call.world, busArnOf(entry.EventBusName, call), event));
  return { EventId: event.id };
}

function refusalOf({ Source, DetailType, Detail }: eb.PutEventsRequestEntry) {
  const required = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)?.[0];
  if (required !== undefined) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${required} is not valid. Reason: ${required} is a required argument.`,
    };
  }
  if (Source?.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  try {
    if (isObject(JSON.parse(Detail ?? ''))) return undefined;
  } catch {
    // Falls through: text that is no JSON is refused like JSON that is no object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

/** What the caller's own account says was judged before: here it is taken to allow. */
const allowed = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Another account's bus must let the caller in. @throws AccessDeniedException */
function requireAccess(arn: string, { world, caller }: CallContext): void {
  const owner = arn.split(':')[4] ?? '';
  if (owner === caller.account) return;
  const { principal, keys } = standingOf(world, caller);
  const policy = findBus(world.events, arn, world.clock.now())?.policy ?? '{"Statement":[]}';
  const { answer } = decide(
    { principal, action: 'events:PutEvents', resource: arn, resourceAccount: owner, context: { keys, others: 'absent' } },
    {
      identity: [{ label: 'own policies', account: caller.account, document: allowed }],
      resource: { kind: 'resource', label: 'event bus policy', account: owner, document: policy },
    },
  );
  if (answer === 'allowed') return;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: events:PutEvents on resource: ${arn} because no resource-based policy allows the events:PutEvents action`,
  );
}
