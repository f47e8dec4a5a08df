/** Every alarm there is, as a table; `RUNBOOK.md` has an entry for each, under its name. */
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../shared/controller/ports.ts';
import type { Config } from './config.ts';
import type { FunctionName } from './permissions/names.ts';

type Statistic = 'Sum' | 'Maximum' | 'SampleCount';
type Missing = 'breaching' | 'notBreaching' | 'ignore';

interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlarmPlan extends Metric {
  /** Kebab-case; also the heading in the runbook. */
  readonly name: string;
  readonly statistic: Statistic;
  readonly seconds: number;
  /** So many periods in a row. */
  readonly periods: number;
  readonly when: 'above' | 'below';
  readonly threshold: number;
  readonly missing: Missing;
  readonly meaning: string;
  readonly todo: string;
}

/** Metrics of the controller carry its name in a dimension. */
export const ours = (metricName: MetricName): Metric => ({
  ...{ namespace: 'Lockstep', metricName, dimensions: { service: 'lockstep' } },
});

const queue = (metricName: string, QueueName: string): Metric => ({
  namespace: 'AWS/SQS',
  metricName,
  dimensions: { QueueName },
});
const lambda = (metricName: string, FunctionName: string): Metric => ({
  namespace: 'AWS/Lambda',
  metricName,
  dimensions: { FunctionName },
});

const minute = 60;
const hour = 60 * minute;

/** Names of what the hub is made of. */
export interface Watched {
  readonly queue: string;
  readonly deadLetters: string;
  readonly undelivered: string;
  readonly failureQueue: string;
  readonly failureLetters: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
}

export function alarmsFor(config: Config, watched: Watched): readonly AlarmPlan[] {
  return [...ofTheFleet(config), ...ofTheController(config, watched), ...Object.values(watched.functions).flatMap(ofFunction)];
}

/** A gauge is given once a sweep, and keeps its word until the next. */
const gauge = { statistic: 'Maximum', seconds: 5 * minute, periods: 1, when: 'above', missing: 'ignore' } as const;
const count = {
  statistic: 'Sum',
  seconds: 15 * minute,
  periods: 1,
  when: 'above',
  threshold: 0,
  missing: 'notBreaching',
} as const;

/** What CloudWatch looks back on at most. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const week = 7 * 24 * hour;

/** So many periods that they make up the time, as far as CloudWatch looks back. */
const periodsFor = (time: number, seconds: number): number => Math.min(Math.ceil(time / seconds), Math.floor(week / seconds));

/** At least one sweep falls into such a time. */
const sweepSeconds = ({ sweepEveryMinutes }: Config): number => Math.max(sweepEveryMinutes * minute, hour);

function ofTheFleet(config: Config): readonly AlarmPlan[] {
  const { thresholds } = config;
  const sweep = sweepSeconds(config);
  return [
    {
      ...{ name: 'repair-failed', ...ours('RepairFailed'), ...count },
      meaning: 'A repair was tried and refused: a replication stays broken.',
      todo: 'Read the notification; it quotes the refusal and names the missing permission or the statement in the way.',
    },
    {
      ...{ name: 'blocked', ...ours('Blocked'), ...gauge, threshold: 0 },
      meaning: 'Something that is not ours stands in the way of a replication: a Deny, a missing bucket or key, a boundary.',
      todo: 'lockstep explain NAME shows whose statement it is; ask its owner.',
    },
    {
      ...{ name: 'contested', ...ours('Contested'), ...gauge, threshold: 0 },
      meaning: 'Somebody keeps undoing repairs, so they have stopped for a while.',
      todo: 'The notification says who, and with which tool; settle it, then lockstep resume NAME.',
    },
    {
      ...{ name: 'unreadable', ...ours('Unreadable'), ...gauge, threshold: 0 },
      meaning: 'Settings cannot be read, so nothing is known about these replications.',
      todo: 'lockstep status names them; look at the spoke roles of the account.',
    },
    {
      ...{
        name: 'replication-failures',
        ...ours('ReplicationFailures'),
        ...count,
        threshold: thresholds.replicationFailures - 1,
      },
      meaning: 'S3 reported objects that were not replicated.',
      todo: 'lockstep status, then lockstep explain NAME; objects of that time need a batch replication afterwards.',
    },
    {
      ...{ name: 'unknown-failure-reasons', ...ours('UnknownFailureReasons'), ...count },
      meaning: 'S3 gave a reason for failed replication that Lockstep does not know.',
      todo: 'The log of lockstep-failures names it; look it up on the AWS page of failure reasons, and update Lockstep.',
    },
    {
      ...{ name: 'invalid-documents', ...ours('InvalidDocuments'), ...gauge, threshold: 0 },
      meaning: 'A document in Parameter Store cannot be used; its last good version stays in force.',
      todo: 'The notification has line and reason; lockstep validate, correct, lockstep push.',
    },
    {
      ...{ name: 'orphaned', ...ours('Orphaned'), ...gauge, threshold: 0 },
      meaning: 'Replications that no document names any more: kept as they are, not repaired.',
      todo: 'Put the document back, or lockstep retire NAME.',
    },
    {
      ...{ name: 'budget-exceeded', ...ours('BudgetExceeded'), ...count },
      meaning: 'A sweep, or an edit of the documents, was to change more than it may by itself; all repairs have stopped.',
      todo: 'Find out what changed everywhere at once; if the documents are right, lockstep resume --all.',
    },
    {
      ...{ name: 'drift-too-old', ...ours('DriftAgeSeconds'), ...gauge, threshold: thresholds.driftAgeMinutes * minute },
      meaning: 'A replication has been broken for long, and nothing has mended it.',
      todo: 'lockstep status tells which one and what stops its repair.',
    },
    {
      ...{
        name: 'oldest-proof-too-old',
        ...ours('OldestProofAgeSeconds'),
        ...gauge,
        // Proofs come with the sweeps: where these are rare, one that was missed is told, not each of them.
        threshold: Math.max(thresholds.oldestProofHours * hour, 2 * sweep),
      },
      meaning: 'Some replication has not been proven for long: it may be dead without a sound.',
      todo: 'lockstep status shows the age of each proof; lockstep explain NAME says what is missing.',
    },
    {
      ...{ name: 'stalled', ...ours('Stalled'), ...gauge, threshold: 0 },
      meaning: 'Every setting of a replication is as desired, and yet its objects wait for hours and do not move.',
      todo: 'The notification names bucket, rule and region: AWS Health, then throttling of KMS, then a case with AWS.',
    },
    {
      ...{ name: 'frozen-for-long', ...ours('Frozen'), ...gauge, threshold: 0 },
      ...{ seconds: sweep, periods: periodsFor(thresholds.frozenHours * hour, sweep) },
      meaning: 'All repairs have been frozen for long; perhaps somebody forgot.',
      todo: 'Read the freeze parameter; lockstep resume --all ends it.',
    },
  ];
}

function ofTheController(config: Config, watched: Watched): readonly AlarmPlan[] {
  const { thresholds } = config;
  const sweep = sweepSeconds(config);
  const letters = { ...count, statistic: 'Maximum' as const, seconds: 5 * minute };
  return [
    {
      ...{ name: 'sweep-missing', ...ours('OldestProofAgeSeconds'), statistic: 'SampleCount', seconds: sweep, periods: 2 },
      ...{ when: 'below', threshold: 1, missing: 'breaching' },
      meaning: 'The sweep has not run to its end: what the event path loses is not found any more.',
      todo: 'Look at the log of lockstep-sweep and at its schedule.',
    },
    {
      ...{ name: 'event-path-silent', ...lambda('Invocations', watched.functions.route), statistic: 'Sum', seconds: hour },
      ...{ periods: thresholds.silentHours, when: 'below', threshold: 1, missing: 'breaching' },
      meaning: 'Neither a change nor a heartbeat has come from any spoke for long: drift is found by the sweep only.',
      todo: 'Check the bus and the rule lockstep-route in the hub, then the rules lockstep-forward and the schedules lockstep-heartbeat in the spokes.',
    },
    {
      ...{ name: 'spoke-silent', ...ours('SpokesUnwatched'), ...gauge, threshold: 0 },
      meaning: 'Some account does not tell of changes any more: its drift is found by the sweep only.',
      todo: 'The notification names the rule, role, trail or missing heartbeat; cdk deploy lockstep-spoke-ACCOUNT-REGION puts rule, role and schedule back.',
    },
    {
      ...{ name: 'documents-not-admitted', ...ours('AdmitFailed'), ...count },
      meaning: 'The documents could not be read or remembered; what was in force before stays in force.',
      todo: 'Read the log of lockstep-sweep: it names the refused call.',
    },
    {
      ...{ name: 'dead-letters', ...queue('ApproximateNumberOfMessagesVisible', watched.deadLetters), ...letters },
      meaning: 'Passes over a group failed five times; that group waits for the next sweep.',
      todo: 'Find the group in the message and its error in the log of lockstep-reconcile; then redrive.',
    },
    {
      ...{ name: 'failure-dead-letters', ...queue('ApproximateNumberOfMessagesVisible', watched.failureLetters), ...letters },
      meaning: 'Reports of failed replication could not be read or counted; they are not in the figures.',
      todo: 'Look at a message and at its error in the log of lockstep-failures; then redrive or purge.',
    },
    {
      ...{ name: 'failure-queue-too-old', ...queue('ApproximateAgeOfOldestMessage', watched.failureQueue), ...letters },
      threshold: thresholds.queueAgeMinutes * minute,
      meaning: 'Reports of failed replication wait too long: lockstep-failures is too slow, throttled or failing.',
      todo: 'Look at errors and throttles of lockstep-failures.',
    },
    {
      ...{ name: 'undelivered-events', ...queue('ApproximateNumberOfMessagesVisible', watched.undelivered), ...letters },
      meaning: 'An event or a schedule could not start its function, or the function failed each time.',
      todo: 'The message has the error; the sweep makes up for lost events.',
    },
    {
      ...{ name: 'queue-too-old', ...queue('ApproximateAgeOfOldestMessage', watched.queue), ...letters },
      threshold: thresholds.queueAgeMinutes * minute,
      meaning: 'Passes wait too long: reconcile is too slow, throttled or failing.',
      todo: 'Look at errors and throttles of lockstep-reconcile, and at AWS throttling in its log.',
    },
  ];
}

function ofFunction(name: string): readonly AlarmPlan[] {
  const often = { ...count, seconds: 5 * minute, periods: 3 };
  return [
    {
      ...{ name: `${name}-errors`, ...lambda('Errors', name), ...often },
      meaning: `${name} has failed for a quarter of an hour.`,
      todo: 'Read its log: one line says what is wrong.',
    },
    {
      ...{ name: `${name}-throttles`, ...lambda('Throttles', name), ...often },
      meaning: `${name} has been refused executions for a quarter of an hour.`,
      todo: "Raise its reserved executions in the configuration, or the account's quota.",
    },
  ];
}

/** @param action ARN of the topic that is told when an alarm begins and ends */
export function addAlarms(
  scope: Construct,
  plans: readonly AlarmPlan[],
  { action, runbook }: { readonly action: string; readonly runbook: string },
): void {
  for (const plan of plans) {
    new CfnAlarm(scope, `Alarm-${plan.name}`, {
      alarmName: alarmNameOf(plan),
      alarmDescription: `${plan.meaning} ${plan.todo} ${runbook}#${plan.name}`,
      namespace: plan.namespace,
      metricName: plan.metricName,
      dimensions: Object.entries(plan.dimensions).map(([name, value]) => ({ name, value })),
      statistic: plan.statistic,
      period: plan.seconds,
      evaluationPeriods: plan.periods,
      comparisonOperator: plan.when === 'above' ? 'GreaterThanThreshold' : 'LessThanThreshold',
      threshold: plan.threshold,
      treatMissingData: plan.missing,
      alarmActions: [action],
      okActions: [action],
    });
  }
}

export const alarmNameOf = ({ name }: Pick<AlarmPlan, 'name'>): string =>
  name.startsWith('lockstep-') ? name : `lockstep-${name}`;
