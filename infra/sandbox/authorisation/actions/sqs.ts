/**
 * Amazon SQS. Queues have policies.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
import type { CallContext } from '../../service.ts';
import { arnOf } from '../../services/sqs/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { keptText } from '../documents.ts';
import { refuseSpelling } from '../refusal.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly QueueUrl?: string | undefined;
  readonly QueueName?: string | undefined;
  readonly QueueOwnerAWSAccountId?: string | undefined;
  readonly SourceArn?: string | undefined;
  readonly DestinationArn?: string | undefined;
  /** Of `CreateQueue`, whose member is spelt small. */
  readonly tags?: Record<string, string> | undefined;
  readonly Tags?: Record<string, string> | undefined;
  readonly TagKeys?: string[] | undefined;
}

// A queue's policy lets nobody else do these: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html#grant-cross-account-permissions-to-role-and-user-name
const ownersOnly = new Set([
  'sqs:CreateQueue',
  'sqs:DeleteQueue',
  'sqs:ListMessageMoveTasks',
  'sqs:ListQueueTags',
  'sqs:SetQueueAttributes',
  'sqs:StartMessageMoveTask',
  'sqs:TagQueue',
  'sqs:UntagQueue',
]);

function onQueue(arn: string, action: string, { world, caller }: CallContext, keys: Keys = {}): Check {
  const queue = world.sqs.queues.get(arn);
  const account = arn.split(':')[4] ?? '';
  const counts = account === caller.account || !ownersOnly.has(action);
  return {
    action,
    resource: arn,
    account,
    ...(counts && keptText(`policy of the queue ${arn}`, account, queue?.attributes.get('Policy'))),
    keys: { ...resourceTags(queue?.tags ?? []), ...keys },
  };
}

/** Account and name are in the path of a queue's URL; the region is that of the call. */
function arnIn(url: string | undefined, { caller, region }: CallContext): string | undefined {
  if (!url) return undefined;
  const [, account = caller.account, name = url] = /(?:^|\/)(\d{12})\/([^/]+)\/?$/.exec(url) ?? [];
  return arnOf(account, region, name);
}

const pairs = (tags: Record<string, string> | undefined) => Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** Without a URL nobody needs a permission: the handler asks for it. A queue that is not there is refused like one that is. */
const queue =
  (action: string, keysOf: (input: Input) => Keys = () => ({})): ChecksOf<Input> =>
  (input, call) => {
    const arn = arnIn(input.QueueUrl, call);
    return arn === undefined ? [] : [onQueue(arn, action, call, keysOf(input))];
  };

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const createQueue: ChecksOf<Input> = ({ QueueName = '', tags }, call) => {
  const arn = arnOf(call.caller.account, call.region, QueueName);
  const actions = ['sqs:CreateQueue', ...(Object.keys(tags ?? {}).length > 0 ? ['sqs:TagQueue'] : [])];
  return actions.map((action) => onQueue(arn, action, call, requestTags(pairs(tags))));
};

const getQueueUrl: ChecksOf<Input> = ({ QueueName = '', QueueOwnerAWSAccountId: owner }, call) => [
  onQueue(arnOf(owner ?? call.caller.account, call.region, QueueName), 'sqs:GetQueueUrl', call),
];

/**
 * Moving messages also takes them out of the one queue and puts them into the other.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
const startMessageMoveTask: ChecksOf<Input> = ({ SourceArn: source, DestinationArn: destination }, call) => {
  const taking = ['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  return [
    ...(source ? taking.map((action) => onQueue(source, action, call)) : []),
    ...(destination ? [onQueue(destination, 'sqs:SendMessage', call)] : []),
  ];
};

const listMessageMoveTasks: ChecksOf<Input> = ({ SourceArn: source }, call) =>
  source ? [onQueue(source, 'sqs:ListMessageMoveTasks', call)] : [];

const named = [
  'GetQueueAttributes',
  'SetQueueAttributes',
  'DeleteQueue',
  'PurgeQueue',
  'ListQueueTags',
  'ListDeadLetterSourceQueues',
];

export const sqsActions: ServiceActions = {
  // SQS spells its actions small: `sqs:sendmessage`.
  refuse: refuseSpelling((action) => action.toLowerCase()),
  operations: {
    ...Object.fromEntries(named.map((operation) => [operation, queue(`sqs:${operation}`)])),
    CreateQueue: createQueue,
    GetQueueUrl: getQueueUrl,
    ListQueues: () => [{ action: 'sqs:ListQueues', resource: '*' }],
    TagQueue: queue('sqs:TagQueue', ({ Tags }) => requestTags(pairs(Tags))),
    UntagQueue: queue('sqs:UntagQueue', ({ TagKeys }) => removedTags(TagKeys)),
    // There are no permissions for batches: each is that of its single operation.
    SendMessage: queue('sqs:SendMessage'),
    SendMessageBatch: queue('sqs:SendMessage'),
    ReceiveMessage: queue('sqs:ReceiveMessage'),
    DeleteMessage: queue('sqs:DeleteMessage'),
    DeleteMessageBatch: queue('sqs:DeleteMessage'),
    ChangeMessageVisibility: queue('sqs:ChangeMessageVisibility'),
    ChangeMessageVisibilityBatch: queue('sqs:ChangeMessageVisibility'),
    StartMessageMoveTask: startMessageMoveTask,
    ListMessageMoveTasks: listMessageMoveTasks,
  },
};
