/** Rules of a bus. */
import type * as eb from '@aws-sdk/client-eventbridge';
import { AwsError, type CallContext } from '../../service.ts';
import { invalid, limitExceeded } from './errors.ts';
import { pageOf, theBus, theRule, valid } from './lookup.ts';
import { matches, parsePattern } from './pattern.ts';
import type { Bus, Rule } from './state.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const rulesPerBus = 300;

const states = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
function putRule(input: eb.PutRuleCommandInput, call: CallContext) {
  const name = valid.text('name', input.Name, { min: 1, max: 64, pattern: /^[.\-_A-Za-z0-9]+$/ });
  const bus = theBus(input.EventBusName, call);
  const state = valid.oneOf('state', input.State, states) ?? 'ENABLED';
  const description = valid.optionalText('description', input.Description, { max: 512 });
  if (input.ScheduleExpression) {
    throw new AwsError('NotImplemented', 'The local AWS has no scheduled rules; use EventBridge Scheduler.', 501);
  }
  if (!input.EventPattern) throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  const settings = {
    patternText: input.EventPattern,
    pattern: parsePattern(input.EventPattern, call.world.events.patternSize),
    state,
    description,
    roleArn: input.RoleArn,
  };
  const known = bus.rules.get(name);
  if (!known && bus.rules.size >= rulesPerBus) throw limitExceeded();
  const rule: Rule = known
    ? Object.assign(known, settings)
    : {
        name,
        arn: ruleArn(bus, name),
        createdBy: call.caller.account,
        targets: new Map(),
        tags: [...(input.Tags ?? [])],
        ...settings,
      };
  bus.rules.set(name, rule);
  return { RuleArn: rule.arn };
}

/** The default bus is not named in it. */
const ruleArn = ({ account, region, name: bus }: Bus, name: string): string =>
  `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;

const shown = (bus: Bus, rule: Rule) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.patternText,
  State: rule.state,
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: bus.name,
});

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html */
function describeRule(input: eb.DescribeRuleCommandInput, call: CallContext) {
  const { bus, rule } = theRule({ name: input.Name, bus: input.EventBusName }, call);
  return { ...shown(bus, rule), CreatedBy: rule.createdBy };
}

/** Deleting one that is not there succeeds. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html */
function deleteRule(input: eb.DeleteRuleCommandInput, call: CallContext): void {
  const { rules } = theBus(input.EventBusName, call);
  const rule = rules.get(valid.text('name', input.Name, { min: 1, max: 64 }));
  if (!rule) return;
  if (rule.targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
  rules.delete(rule.name);
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html */
function listRules(input: eb.ListRulesCommandInput, call: CallContext) {
  const bus = theBus(input.EventBusName, call);
  const rules = [...bus.rules.values()]
    .filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...more } = pageOf(rules, input);
  return { Rules: page.map((rule) => shown(bus, rule)), ...more };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html */
function listRuleNamesByTarget(input: eb.ListRuleNamesByTargetCommandInput, call: CallContext) {
  const names = theBus(input.EventBusName, call)
    .rules.values()
    .filter((rule) => rule.targets.values().some((target) => target.Arn === input.TargetArn))
    .map((rule) => rule.name)
    .toArray()
    .sort();
  const { page, ...more } = pageOf(names, input);
  return { RuleNames: page, ...more };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html */
function enableRule(input: eb.EnableRuleCommandInput, call: CallContext): void {
  theRule({ name: input.Name, bus: input.EventBusName }, call).rule.state = 'ENABLED';
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html */
function disableRule(input: eb.DisableRuleCommandInput, call: CallContext): void {
  theRule({ name: input.Name, bus: input.EventBusName }, call).rule.state = 'DISABLED';
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html */
function testEventPattern(input: eb.TestEventPatternCommandInput) {
  const pattern = parsePattern(valid.text('eventPattern', input.EventPattern, { max: 4096 }));
  return { Result: matches(pattern, eventIn(valid.text('event', input.Event))) };
}

const required = ['id', 'detail-type', 'source', 'account', 'time', 'region', 'resources'];

function eventIn(text: string): object {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw invalid('Parameter Event is not valid.');
  }
  const missing = required.find((name) => typeof event !== 'object' || event === null || !(name in event));
  if (missing !== undefined) throw invalid(`Parameter Event is not valid. Reason: ${missing} is missing.`);
  return event as object;
}

export const ruleHandlers = {
  PutRule: putRule,
  DescribeRule: describeRule,
  DeleteRule: deleteRule,
  ListRules: listRules,
  ListRuleNamesByTarget: listRuleNamesByTarget,
  EnableRule: enableRule,
  DisableRule: disableRule,
  TestEventPattern: testEventPattern,
};
