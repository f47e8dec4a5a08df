/** Who edited a parameter, as the account of the credentials at hand tells it. */
import { actorOf } from '../controller/actor.ts';
import type { Actor } from '../controller/change.ts';
import type { Edit, Log } from '../controller/ports.ts';
import { type Fields, fieldsIn, fieldsOf, listOf, textOf, wholeSecond } from '../controller/read-change/fields.ts';
import { type AwsGateway, toHub } from '../model/aws-call.ts';

export interface EditorOptions {
  readonly hub: AwsGateway;
  readonly log: Log;
}

/**
 * Asks CloudTrail, which knows most but shows an event minutes after it happened, then Parameter Store, which names the last editor at once.
 * Best effort: undefined where neither can tell, which is logged. Never throws.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html
 */
export function editorLookup({ hub, log }: EditorOptions): (edit: Edit) => Promise<Actor | undefined> {
  return async (edit) => {
    try {
      return (await fromCloudTrail(edit, hub, log)) ?? (await fromParameterStore(edit, hub, log));
    } catch (error) {
      log.warn('editor not found', { parameter: edit.parameter, reason: String(error) });
      return undefined;
    }
  };
}

async function fromCloudTrail(edit: Edit, hub: AwsGateway, log: Log): Promise<Actor | undefined> {
  const names = edit.version === undefined ? ['DeleteParameter', 'DeleteParameters'] : ['PutParameter'];
  for (const name of names) {
    const editor = await fromEvents(name, edit, hub, log);
    if (editor !== undefined) return editor;
  }
  return undefined;
}

/** One page of the newest. By the event's name: which resources CloudTrail lists for a parameter is not documented. */
async function fromEvents(eventName: string, edit: Edit, hub: AwsGateway, log: Log): Promise<Actor | undefined> {
  const input = {
    LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: eventName }],
    StartTime: secondOf(edit.since),
    MaxResults: 50,
  };
  const reply = await hub.send({ operation: 'cloudtrail:LookupEvents', ...toHub, input });
  if (!reply.ok) {
    log.info('event history unreadable', { parameter: edit.parameter, code: reply.error.code });
    return undefined;
  }
  const records = (reply.output.Events ?? []).map(({ CloudTrailEvent }) => fieldsIn(CloudTrailEvent));
  const record = records.find((one) => isThe(edit, one));
  return record && actorOf(record.userIdentity, record);
}

const secondOf = (instant: string): Date => new Date(wholeSecond(Date.parse(instant)));

function isThe({ parameter, version, since }: Edit, record: Fields): boolean {
  const { name, names } = fieldsOf(record.requestParameters);
  const isNamed = [name, ...listOf(names)].some((one) => one === parameter || isArnOf(one, parameter));
  const isRefused = record.errorCode !== undefined || record.errorMessage !== undefined;
  const made = fieldsOf(record.responseElements).version;
  const isVersion = version === undefined || made === undefined || made === version;
  return isNamed && !isRefused && isVersion && Date.parse(String(record.eventTime)) >= secondOf(since).getTime();
}

/** A parameter may be named by its ARN: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
const isArnOf = (name: unknown, parameter: string): boolean =>
  typeof name === 'string' && /^arn:[^:]*:ssm:/.test(name) && name.endsWith(`:parameter${parameter}`);

/** Of a version that is still the newest one; a deleted parameter tells nothing. */
async function fromParameterStore({ parameter, version }: Edit, hub: AwsGateway, log: Log): Promise<Actor | undefined> {
  if (version === undefined) return undefined;
  const input = { ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [parameter] }] };
  const reply = await hub.send({ operation: 'ssm:DescribeParameters', ...toHub, input });
  if (!reply.ok) {
    log.info('parameter not described', { parameter, code: reply.error.code });
    return undefined;
  }
  const found = reply.output.Parameters?.find((one) => one.Name === parameter && one.Version === version);
  const arn = textOf(found?.LastModifiedUser);
  return arn === undefined ? undefined : actorOf(identityOf(arn), {});
}

/** As CloudTrail would put it. */
function identityOf(arn: string) {
  const [, , , , accountId, resource = ''] = arn.split(':');
  const type = resource === 'root' ? 'Root' : resource.startsWith('assumed-role/') ? 'AssumedRole' : 'IAMUser';
  return { type, arn, accountId };
}
