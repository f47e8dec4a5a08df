/**
 * The events Parameter Store sends itself: name and type, never the value, and not by way of CloudTrail.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
 */
import type { CallContext } from '../service.ts';
import { announce } from '../services/eventbridge/announce.ts';
import { latestOf, storeOf } from '../services/ssm/state.ts';

type Members = Readonly<Record<string, unknown>>;
type Operation = 'Create' | 'Update' | 'Delete' | 'LabelParameterVersion';

interface Described {
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly description: string | undefined;
}

/** The parameters a call names, as they are now. */
export function namedParameters({ service, world, caller, region }: CallContext, input: object): readonly Described[] {
  if (service !== 'ssm') return [];
  const { Name, Names } = input as Members;
  const store = storeOf(world.ssm, caller.account, region);
  const names = new Set([Name, ...(Array.isArray(Names) ? Names : [])].map((name) => bareName(String(name))));
  return [...names].flatMap((name) => {
    const parameter = store.get(name) ?? store.get(name.slice(1));
    if (!parameter) return [];
    const { type, description } = latestOf(parameter);
    return [{ name: parameter.name, arn: parameter.arn, type, description }];
  });
}

/** A parameter may be named by its ARN. */
const bareName = (name: string): string => name.replace(/^arn:aws:ssm:[^:]*:\d{12}:parameter(?=\/)/, '');

/** @param before what the call named, before it ran: what it deletes can be described no more */
export function announceParameterChange(call: CallContext, input: object, output: object, before: readonly Described[]): void {
  const operation = operationOf(call.operation, output as Members);
  if (call.service !== 'ssm' || operation === undefined) return;
  for (const { name, arn, type, description } of operation === 'Delete' ? before : namedParameters(call, input)) {
    announce(call.world, {
      account: call.caller.account,
      region: call.region,
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      resources: [arn],
      detail: { operation, name, type, ...(description !== undefined && { description }) },
    });
  }
}

function operationOf(name: string, output: Members): Operation | undefined {
  switch (name) {
    case 'PutParameter':
      return output.Version === 1 ? 'Create' : 'Update';
    case 'DeleteParameter':
    case 'DeleteParameters':
      return 'Delete';
    case 'LabelParameterVersion':
      return 'LabelParameterVersion';
    default:
      return undefined;
  }
}
