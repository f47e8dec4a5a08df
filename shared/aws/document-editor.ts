/** Who edited a document: from the event history of the account that keeps Parameter Store. */
import { actorOf } from '../controller/actor.ts';
import type { Actor } from '../controller/change.ts';
import type { Edit, Log } from '../controller/ports.ts';
import type { AwsGateway } from '../model/aws-call.ts';

export interface DocumentEditorOptions {
  readonly hub: AwsGateway;
  readonly log: Log;
}

/** What a CloudTrail record says of an edit. Values are hidden there. */
interface EditRecord {
  readonly userIdentity?: unknown;
  readonly errorCode?: unknown;
  readonly requestParameters?: { readonly name?: unknown; readonly names?: unknown } | null;
  readonly responseElements?: { readonly version?: unknown } | null;
}

/**
 * The actor of an edit, as far as CloudTrail shows it yet: an event takes minutes to get there. One page a name of the call.
 *
 * @returns a function that never throws; undefined: not known
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function documentEditor({ hub, log }: DocumentEditorOptions): (edit: Edit) => Promise<Actor | undefined> {
  return async (edit) => {
    const keys = { parameter: edit.parameter };
    try {
      for (const eventName of edit.version === undefined ? ['DeleteParameter', 'DeleteParameters'] : ['PutParameter']) {
        const reply = await hub.send(lookupOf(eventName, edit));
        if (!reply.ok) log.info('event history unreadable', { ...keys, code: reply.error.code });
        if (!reply.ok) return undefined;
        const records = (reply.output.Events ?? []).map(
          ({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '{}') as EditRecord,
        );
        const found = records.find((record) => isOf(edit, record));
        if (found !== undefined) return actorOf(found.userIdentity, found);
      }
    } catch (error) {
      log.warn('event history unreadable', { ...keys, error });
    }
    return undefined;
  };
}

const lookupOf = (eventName: string, { since }: Edit) => ({
  operation: 'cloudtrail:LookupEvents' as const,
  // The account is that of the credentials.
  ...{ account: 'hub', region: '' },
  input: {
    LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: eventName }],
    // Events have whole seconds, Parameter Store has milliseconds.
    StartTime: new Date(Math.floor(Date.parse(since) / 1000) * 1000),
    MaxResults: 50,
  },
});

/** A call names the parameter, or its ARN. */
function isOf({ parameter, version }: Edit, { errorCode, requestParameters, responseElements }: EditRecord): boolean {
  const named = [requestParameters?.name, requestParameters?.names].flat();
  const isNamed = named.some((name) => name === parameter || String(name).endsWith(`:parameter${parameter}`));
  const made = responseElements?.version;
  return isNamed && errorCode === undefined && (version === undefined || made === undefined || made === version);
}
