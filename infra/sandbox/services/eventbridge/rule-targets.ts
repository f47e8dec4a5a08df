/** Where a rule sends what it matches. */
import type * as eb from '@aws-sdk/client-eventbridge';
import type { CallContext } from '../../service.ts';
import { invalid, limitExceeded } from './errors.ts';
import { pageOf, theRule, valid } from './lookup.ts';
import type { Bus } from './state.ts';
import { isPath } from './transform.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const targetsPerRule = 5;

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
function putTargets(input: eb.PutTargetsCommandInput, call: CallContext) {
  const { bus, rule } = theRule({ name: input.Rule, bus: input.EventBusName }, call);
  const targets = input.Targets ?? [];
  if (targets.length < 1 || targets.length > 100)
    throw invalid('Parameter Targets is not valid. Reason: it takes 1 to 100 targets.');
  for (const target of targets) checkTarget(target, bus);
  if (new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id)]).size > targetsPerRule) throw limitExceeded();
  for (const target of targets) rule.targets.set(target.Id ?? '', structuredClone(target));
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function checkTarget(target: eb.Target, bus: Bus): void {
  const id = valid.text('targets.member.id', target.Id, { min: 1, max: 64, pattern: /^[.\-_A-Za-z0-9]+$/ });
  const arn = valid.text('targets.member.arn', target.Arn, { min: 1, max: 1600 });
  const [scheme, , service = '', region = '', account = '', ...name] = arn.split(':');
  if (scheme !== 'arn' || service === '' || name.join(':') === '') {
    throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  }
  checkInput(id, target);
  checkDeadLetter(target, bus);
  // Targets made since March 2023 need a role to reach another account, or a bus of another region: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
  if ((account !== bus.account || region !== bus.region) && !target.RoleArn)
    throw invalid(`RoleArn is required for target ${arn}.`);
  if (service === 'events') checkBus(target);
  else checkService(target, arn, region === bus.region);
}

function checkBus({ Id, Input, InputPath, InputTransformer }: eb.Target): void {
  if (Input === undefined && InputPath === undefined && InputTransformer === undefined) return;
  throw invalid(`Parameter(s) Input, InputPath, InputTransformer not valid for event bus target: ${Id}.`);
}

/** Services of another account can be reached, of another region only buses. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html */
function checkService({ Id, SqsParameters }: eb.Target, arn: string, here: boolean): void {
  if (!here) throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is in another region.`);
  const isFifoQueue = /^arn:[^:]+:sqs:.*\.fifo$/.test(arn);
  if (isFifoQueue === (SqsParameters?.MessageGroupId !== undefined)) return;
  throw invalid(`Parameter(s) SqsParameters ${isFifoQueue ? 'must be specified' : 'not valid'} for target: ${Id}.`);
}

function checkInput(id: string, { Input, InputPath, InputTransformer }: eb.Target): void {
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  }
  const paths = InputPath === undefined ? Object.values(InputTransformer?.InputPathsMap ?? {}) : [InputPath];
  const wrong = paths.find((path) => !isPath(path));
  if (wrong !== undefined) throw invalid(`Invalid InputPath for target ${id}: ${wrong}`);
  if (Input !== undefined) requireJson(id, Input);
  if (InputTransformer) checkTransformer(id, InputTransformer);
}

function requireJson(id: string, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalid(`JSON syntax error in input for target ${id}`);
  }
}

function checkTransformer(id: string, { InputPathsMap: paths = {}, InputTemplate: template }: eb.InputTransformer): void {
  const text = valid.text('inputTemplate', template, { min: 1, max: 8192 });
  const unknown = [...text.matchAll(/<([\w.-]+)>/g)].find(([, name = '']) => !(name in paths) && !name.startsWith('aws.events.'));
  if (unknown) throw invalid(`InputTemplate for target ${id} contains invalid placeholder ${unknown[1]}.`);
}

function checkDeadLetter({ DeadLetterConfig }: eb.Target, bus: Bus): void {
  const arn = DeadLetterConfig?.Arn;
  if (arn === undefined) return;
  const [, , service, region] = arn.split(':');
  // A FIFO queue cannot be one: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  if (service !== 'sqs' || region !== bus.region || arn.endsWith('.fifo')) {
    throw invalid(`Parameter DeadLetterConfig.Arn is not valid. Reason: ${arn} is not a standard queue of this region.`);
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html */
function removeTargets(input: eb.RemoveTargetsCommandInput, call: CallContext) {
  const { targets } = theRule({ name: input.Rule, bus: input.EventBusName }, call).rule;
  const unknown = (input.Ids ?? []).filter((id) => !targets.delete(id));
  const failed = unknown.map((id) => ({
    TargetId: id,
    ErrorCode: 'ResourceNotFoundException',
    ErrorMessage: `Rule ${input.Rule} does not have a target with the Id ${id}.`,
  }));
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html */
function listTargetsByRule(input: eb.ListTargetsByRuleCommandInput, call: CallContext) {
  const { rule } = theRule({ name: input.Rule, bus: input.EventBusName }, call);
  const { page, ...more } = pageOf([...rule.targets.values()], input);
  return { Targets: structuredClone([...page]), ...more };
}

export const ruleTargetHandlers = { PutTargets: putTargets, RemoveTargets: removeTargets, ListTargetsByRule: listTargetsByRule };
