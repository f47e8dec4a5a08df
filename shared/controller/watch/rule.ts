/** Whether the rule that forwards changes is there, is on, and sends them to the hub. */
import { parseRoleArn } from '../../model/arn.ts';
import type { AwsCall, AwsGateway } from '../../model/aws-call.ts';
import type { Watch } from '../ports.ts';
import { broken, cannotTell, type Found, joined, nothingWrong } from './found.ts';
import type { Place } from './places.ts';

const missing = new Set(['ResourceNotFoundException', 'NoSuchEntity', 'NoSuchEntityException']);

/** Two or three calls. */
export async function lookAtRule(watch: Watch, place: Place): Promise<Found> {
  const { account, region } = place;
  const call = { operation: 'events:DescribeRule', account, region, input: { Name: watch.rule } } as const;
  const reply = await watch.gateway.send<'events:DescribeRule'>(call);
  const named = `The rule ${watch.rule} in account ${account} (${region})`;
  if (!reply.ok) return missing.has(reply.error.code) ? broken(`${named} is gone.`) : cannotTell(call, reply.error);
  // The third state, with read-only events as well, hears of writes too: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html
  const state = reply.output.State === 'DISABLED' ? broken(`${named} is disabled.`) : nothingWrong;
  return joined([state, await lookAtTargets(watch, place, named)]);
}

/** A rule has five targets at most, so one page is all: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
async function lookAtTargets({ gateway, rule, bus }: Watch, { account, region }: Place, named: string): Promise<Found> {
  const call = { operation: 'events:ListTargetsByRule', account, region, input: { Rule: rule } } as const;
  const reply = await gateway.send<'events:ListTargetsByRule'>(call);
  if (!reply.ok) return missing.has(reply.error.code) ? broken(`${named} is gone.`) : cannotTell(call, reply.error);
  const target = reply.output.Targets?.find(({ Arn }) => Arn === bus);
  if (target === undefined) return broken(`${named} does not send to ${bus}.`);
  return target.RoleArn === undefined ? nothingWrong : lookAtRole(gateway, { account, region }, target.RoleArn);
}

/** EventBridge takes a role that is gone without a word, and delivers nothing: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html */
async function lookAtRole(gateway: AwsGateway, at: Pick<AwsCall, 'account' | 'region'>, arn: string): Promise<Found> {
  const call = { operation: 'iam:GetRole', ...at, input: { RoleName: parseRoleArn(arn)?.name } } as const;
  const reply = await gateway.send<'iam:GetRole'>(call);
  if (reply.ok) return nothingWrong;
  return missing.has(reply.error.code)
    ? broken(`The role ${arn}, with which changes of ${at.region} are forwarded, is gone.`)
    : cannotTell(call, reply.error);
}
