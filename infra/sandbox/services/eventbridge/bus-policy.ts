/**
 * Who else may put events on a bus.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
 */
import type * as eb from '@aws-sdk/client-eventbridge';
import { AwsError, type CallContext } from '../../service.ts';
import { invalid, notFound } from './errors.ts';
import { theBus, valid } from './lookup.ts';
import { isObject } from './matchers.ts';
import type { Bus } from './state.ts';

type Statement = Readonly<Record<string, unknown>>;

const statementsOf = ({ policy }: Bus): readonly Statement[] => {
  const document: unknown = JSON.parse(policy ?? '{}');
  const list = isObject(document) ? document.Statement : undefined;
  return (Array.isArray(list) ? list : list === undefined ? [] : [list]).filter(isObject);
};

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
function putPermission(input: eb.PutPermissionCommandInput, call: CallContext): void {
  const bus = theBus(input.EventBusName, call);
  if (input.Policy === undefined) addStatement(bus, input);
  else keep(bus, checked(input.Policy));
}

function addStatement(bus: Bus, input: eb.PutPermissionCommandInput): void {
  const statement = statementFor(input, bus);
  const others = statementsOf(bus).filter(({ Sid }) => Sid !== statement.Sid);
  keep(bus, JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement] }));
}

function statementFor(input: eb.PutPermissionCommandInput, bus: Bus): Statement {
  const Sid = valid.text('statementId', input.StatementId, { min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ });
  const principal = valid.text('principal', input.Principal, { min: 1, max: 12, pattern: /^(\d{12}|\*)$/ });
  const Action = valid.text('action', input.Action, { min: 1, max: 64, pattern: /^events:[a-zA-Z]+$/ });
  return {
    Sid,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
    Action,
    Resource: bus.arn,
    ...(input.Condition && { Condition: conditionFor(input.Condition, principal) }),
  };
}

function conditionFor({ Type, Key, Value }: eb.Condition, principal: string) {
  if (Type !== 'StringEquals' || Key !== 'aws:PrincipalOrgID' || !Value) {
    throw invalid('Parameter Condition is not valid. Reason: it must compare aws:PrincipalOrgID by StringEquals.');
  }
  if (principal !== '*') throw invalid('Parameter Condition is not valid. Reason: it requires the principal *.');
  return { StringEquals: { 'aws:PrincipalOrgID': Value } };
}

function checked(policy: string): string {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw invalid('Parameter Policy is not valid. Reason: it is not JSON.');
  }
  if (!isObject(document) || document.Statement === undefined)
    throw invalid('Parameter Policy is not valid. Reason: it has no Statement.');
  return policy;
}

function keep(bus: Bus, policy: string): void {
  if (Buffer.byteLength(policy) > 10_240) {
    throw new AwsError(
      'PolicyLengthExceededException',
      'The event bus policy is too long. For more information, see the limits.',
    );
  }
  bus.policy = policy;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html */
function removePermission(input: eb.RemovePermissionCommandInput, call: CallContext): void {
  const bus = theBus(input.EventBusName, call);
  const before = statementsOf(bus);
  const left = input.RemoveAllPermissions ? [] : before.filter(({ Sid }) => Sid !== input.StatementId);
  if (!input.RemoveAllPermissions && left.length === before.length) {
    throw notFound('Statement with the provided id does not exist.');
  }
  bus.policy = left.length === 0 ? undefined : JSON.stringify({ Version: '2012-10-17', Statement: left });
}

export const busPolicyHandlers = { PutPermission: putPermission, RemovePermission: removePermission };
