/** The fields of the configuration. Unknown ones are refused. */
import * as z from 'zod';

const text = (pattern: RegExp, says: string) => z.string().regex(pattern, `must be ${says}`);
const wholeNumber = (from: number, to: number) => z.int().min(from).max(to);
const unique = <T>(of: z.ZodType<T>) =>
  z
    .array(of)
    .refine((values) => new Set(values.map((value) => JSON.stringify(value))).size === values.length, 'names something twice');

const account = text(/^\d{12}$/, '12 digits in quotes');
const region = text(/^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/, 'a region code such as "eu-west-1"');
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const roleName = text(
  /^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
  'the name of a role, with its path (but no leading slash) if it has one',
);
const rolePath = text(/^\/(?:[\w+=,.@-]+\/)*$/, 'a path such as "/" or "/lockstep/"');

const names = z.strictObject({
  /** Bucket names; `*` and `?` stand for anything. */
  buckets: unique(text(/^[a-z0-9*?][a-z0-9.*?-]*$/, 'a bucket name or a pattern of one')).min(1),
  /** Key ARNs or `alias/…`, or patterns of them. */
  keys: unique(
    text(
      /^(?:arn:[\w-]+:kms:[a-z0-9*-]+:[0-9*]+:key\/[\w*?-]+|alias\/[\w/*?-]+)$/,
      'the ARN of a key, "alias/" with a name, or a pattern of either',
    ),
  ).min(1),
  /** Replication roles, with their path if it is not `/`. */
  roles: unique(
    text(
      /^(?:[\w+=,.@-]+\/)*[\w+=,.@*?-]{1,64}$/,
      'the name of a role or a pattern of one, with its path (but no leading slash)',
    ),
  ).min(1),
});

const newRoles = z.strictObject({
  path: rolePath.default('/'),
  /** A managed policy that every account has; left out: the spokes make `lockstep-boundary`. */
  boundary: text(
    /^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/,
    'the name of a managed policy, with its path (but no leading slash)',
  ).optional(),
  /** Roles without the boundary are not edited either. */
  editsOnlyBounded: z.boolean().default(false),
});

const organization = z.strictObject({
  id: text(/^o-[a-z0-9]{10,32}$/, 'the id of an organization such as "o-a1b2c3d4e5"'),
  /** Where StackSets put the spokes; empty: nowhere, they are deployed by hand. */
  units: unique(
    text(/^(?:r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/, 'the id of an organizational unit or root'),
  ).default([]),
  regions: unique(region).default([]),
  /** Where the hub stands. */
  from: z.enum(['delegated-administrator', 'management-account']).default('delegated-administrator'),
  /** Whether the proof takes in the organization's policies. */
  readPolicies: z.boolean().default(false),
});

const chat = {
  slack: z
    .strictObject({
      workspace: text(/^[0-9A-Z]{1,255}$/, 'the id of a Slack workspace such as "T0123456789"'),
      channel: text(/^[A-Za-z0-9]{1,256}$/, 'the id of a Slack channel such as "C0123456789"'),
    })
    .optional(),
  teams: z
    .strictObject({
      team: text(/^[0-9a-f-]{36}$/i, 'the id of a team, as in its link'),
      tenant: text(/^[0-9a-f-]{36}$/i, 'the id of a Microsoft 365 tenant'),
      channel: text(/^\S{1,256}$/, 'the id of a channel, as in its link'),
    })
    .optional(),
};

const notifications = z.strictObject({
  emails: unique(z.email('must be an e-mail address')).default([]),
  /** Endpoints that take SNS's HTTPS messages. */
  https: unique(text(/^https:\/\/\S+$/, 'an address that begins with https://')).default([]),
  ...chat,
});

const thresholds = z.strictObject({
  oldestProofHours: wholeNumber(1, 168).default(6),
  driftAgeMinutes: wholeNumber(15, 1440).default(120),
  queueAgeMinutes: wholeNumber(5, 1440).default(30),
  /** So long without any event at all, and the event path counts as silent. */
  silentHours: wholeNumber(1, 168).default(24),
  /** So long a freeze counts as meant. */
  frozenHours: wholeNumber(1, 168).default(24),
  replicationFailures: wholeNumber(1, 1_000_000).default(1),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  hub: z.strictObject({ account, region }),
  spokes: z.array(z.strictObject({ account, regions: unique(region).min(1) })).default([]),
  organization: organization.optional(),
  externalId: text(/^[\w+=,.@:/-]{8,1224}$/, '8 to 1224 letters, digits or any of +=,.@:/-_'),
  names,
  newRoles: newRoles.prefault({}),
  spokeRoles: z
    .strictObject({ observer: roleName.default('lockstep-observer'), healer: roleName.default('lockstep-healer') })
    .prefault({}),
  /** Roles of people that may act as the spoke roles too, by their exact ARNs. */
  operators: unique(text(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the exact ARN of a role')).default([]),
  mode: z.enum(['observe', 'repair']).default('repair'),
  sweepEveryMinutes: wholeNumber(15, 1440).default(60),
  documentsPath: text(/^\/(?:[\w.-]+\/)+$/, 'a path that begins and ends with a slash').default('/lockstep/desired-state/'),
  freezeParameter: text(/^\/[\w./-]*[\w.-]$/, 'the name of a parameter that begins with a slash').default('/lockstep/freeze'),
  budget: z
    .strictObject({ percent: wholeNumber(0, 100).default(25), minimum: wholeNumber(0, 1_000_000).default(5) })
    .prefault({}),
  contestedRepairs: wholeNumber(1, 1000).default(3),
  /** How the sweep sees whether objects move; `everyHours` 0: it does not look. */
  replicationMetrics: z
    .strictObject({
      account: z.enum(['source', 'destination']).default('source'),
      everyHours: wholeNumber(0, 168).default(6),
      stalledMinutes: wholeNumber(60, 1440).default(120),
    })
    .prefault({}),
  reserveSeconds: wholeNumber(1, 60).default(10),
  /** Reserved executions by function. */
  concurrency: z
    .strictObject({
      route: wholeNumber(1, 1000).default(20),
      admit: wholeNumber(1, 1000).default(2),
      sweep: wholeNumber(1, 1000).default(1),
      // SQS feeds no function with fewer than two: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
      reconcile: wholeNumber(2, 1000).default(10),
      failures: wholeNumber(2, 1000).default(2),
    })
    .prefault({}),
  notifications: notifications.prefault({}),
  thresholds: thresholds.prefault({}),
  logs: z
    .strictObject({
      // The periods CloudWatch knows: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
      retentionDays: z
        .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653])
        .default(90),
      level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
    })
    .prefault({}),
  /** Where the runbook is read; alarms link to it, and their description has 1,024 characters. */
  runbook: text(/^\S{1,200}$/, 'an address of at most 200 characters, without spaces').default('infra/RUNBOOK.md'),
});

export type Config = z.output<typeof configSchema>;
