/** The fleet at a glance. */
import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../shared/controller/ports.ts';
import type { Watched } from './alarms.ts';

type Line = readonly unknown[];

interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly stat?: string;
  readonly view?: 'timeSeries' | 'singleValue';
  readonly seconds?: number;
}

const ours = (name: MetricName, more: object = {}): Line => ['Lockstep', name, 'service', 'lockstep', more];

/** One line for each value of a dimension, whichever there are. */
const each = (name: MetricName, dimension: string): Line => [
  { expression: `SEARCH('{Lockstep,${dimension},service} MetricName="${name}"', 'Sum', 300)`, id: name.toLowerCase(), label: '' },
];

function graphs({ queue, deadLetters, undelivered, failureQueue, failureLetters, functions }: Watched): readonly Graph[] {
  const queued = (metric: string, name: string, label: string): Line => ['AWS/SQS', metric, 'QueueName', name, { label }];
  const ran = (metric: string): readonly Line[] =>
    Object.values(functions).map((name) => ['AWS/Lambda', metric, 'FunctionName', name, { label: name }]);
  return [
    {
      title: 'Fleet',
      lines: [ours('Replications'), ours('Drifted'), ours('Blocked'), ours('Contested'), ours('Unreadable'), ours('Orphaned')],
      ...{ stat: 'Maximum', view: 'singleValue', seconds: 3600 },
    },
    {
      title: 'Not as desired',
      lines: [ours('Drifted'), ours('Blocked'), ours('Contested'), ours('Unreadable'), ours('Held')],
      ...{ stat: 'Maximum', seconds: 3600 },
    },
    { title: 'Repairs', lines: [ours('Repaired'), ours('RepairFailed'), ours('BudgetExceeded'), ours('Frozen')] },
    {
      title: 'Time to repair, seconds',
      lines: [
        ours('TimeToRepairSeconds', { stat: 'p50', label: 'half' }),
        ours('TimeToRepairSeconds', { stat: 'p95', label: '95 percent' }),
      ],
    },
    { title: 'Oldest proof, seconds', lines: [ours('OldestProofAgeSeconds')], ...{ stat: 'Maximum', seconds: 3600 } },
    {
      title: 'Stalled, and without metrics',
      lines: [ours('Stalled'), ours('MetricsUnseen'), ours('MetricsUnread')],
      ...{ stat: 'Maximum', seconds: 3600 },
    },
    { title: 'Failures by reason', lines: [each('ReplicationFailures', 'reason')] },
    { title: 'Failures', lines: [ours('ReplicationFailures'), ours('UnknownFailureReasons')] },
    {
      title: 'Queue',
      lines: [
        queued('ApproximateAgeOfOldestMessage', queue, 'oldest message, seconds'),
        queued('ApproximateNumberOfMessagesVisible', queue, 'waiting'),
        queued('ApproximateNumberOfMessagesVisible', deadLetters, 'dead letters'),
        queued('ApproximateNumberOfMessagesVisible', undelivered, 'undelivered'),
        queued('ApproximateAgeOfOldestMessage', failureQueue, 'oldest report of a failure, seconds'),
        queued('ApproximateNumberOfMessagesVisible', failureLetters, 'reports not understood'),
      ],
      stat: 'Maximum',
    },
    { title: 'Events', lines: [ours('EventsRouted'), each('EventsIgnored', 'reason')] },
    { title: 'Errors', lines: ran('Errors') },
    { title: 'Duration, milliseconds', lines: ran('Duration'), stat: 'p95' },
    { title: 'Documents', lines: [ours('InvalidDocuments'), ours('Orphaned'), ours('AdmitFailed')], stat: 'Maximum' },
    { title: 'Oldest drift, seconds', lines: [ours('DriftAgeSeconds')], stat: 'Maximum' },
  ];
}

const [width, height, columns] = [8, 6, 3];

export function dashboardBody(watched: Watched, region: string): string {
  const widgets = graphs(watched).map(({ title, lines, stat = 'Sum', view = 'timeSeries', seconds = 300 }, index) => ({
    type: 'metric',
    ...{ x: (index % columns) * width, y: Math.floor(index / columns) * height, width, height },
    properties: { title, metrics: lines, stat, view, period: seconds, region },
  }));
  return JSON.stringify({ widgets });
}

export function addDashboard(scope: Construct, watched: Watched, region: string): void {
  new CfnDashboard(scope, 'Dashboard', { dashboardName: 'lockstep', dashboardBody: dashboardBody(watched, region) });
}
