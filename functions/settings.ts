/** What the functions are told by their environment: read once, and refused as a whole. */
import type { FlowWatch, Settings } from '../shared/controller/ports.ts';

export interface FunctionSettings {
  readonly ledgerTable: string;
  readonly queueUrl: string;
  /** Absent where a function tells nothing. */
  readonly topicArn: string | undefined;
  readonly documentsPath: string;
  readonly freezeParameter: string;
  readonly observerRole: string;
  readonly healerRole: string;
  readonly externalId: string | undefined;
  /** Name of the hub's event bus, and of the rule in each spoke that forwards to it. */
  readonly busName: string;
  readonly forwardRule: string;
  /** Accounts whose topics for replication failures are ours; empty: all that the queue lets in. */
  readonly failureAccounts: readonly string[];
  /** Minutes from one heartbeat of a spoke to the next; 0: they send none. */
  readonly heartbeatMinutes: number;
  /** Managed policy of every account that bounds the roles a repair makes. */
  readonly roleBoundary: string | undefined;
  /** Whether SCPs and RCPs are read for the proof: for a hub in the management account, or one that is a delegated administrator. */
  readonly readsOrganization: boolean;
  /** How the sweep sees whether objects move; `everyHours` 0: it does not look. */
  readonly flow: Omit<FlowWatch, 'gateway'>;
  readonly controller: Settings;
}

/** The environment lacks something, or says what cannot be. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param tells whether the function publishes stories and so needs a topic
 * @throws BadEnvironment naming every variable that is missing or malformed
 */
export function settingsFrom(environment: Environment, { tells }: { readonly tells: boolean }): FunctionSettings {
  const faults: string[] = [];
  const text = textReader(environment, faults);
  const number = numberReader(environment, faults);
  const settings: FunctionSettings = {
    ledgerTable: text('LOCKSTEP_LEDGER_TABLE', /^[\w.-]{3,255}$/, 'the name of a DynamoDB table', 'lockstep-ledger'),
    queueUrl: text('LOCKSTEP_QUEUE_URL', /^https?:\/\/\S+$/, 'the URL of an SQS queue'),
    topicArn: tells ? text('LOCKSTEP_TOPIC_ARN', /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+$/, 'the ARN of an SNS topic') : undefined,
    documentsPath: text('LOCKSTEP_DOCUMENTS_PATH', /^\/[\w./-]+$/, 'a path of Parameter Store', '/lockstep/desired-state/'),
    freezeParameter: text('LOCKSTEP_FREEZE_PARAMETER', /^[\w./-]+$/, 'the name of a parameter', '/lockstep/freeze'),
    observerRole: text('LOCKSTEP_OBSERVER_ROLE', role, roleMeaning, 'lockstep-observer').replace(/^\//, ''),
    healerRole: text('LOCKSTEP_HEALER_ROLE', role, roleMeaning, 'lockstep-healer').replace(/^\//, ''),
    externalId: text('LOCKSTEP_EXTERNAL_ID', /^[\w+=,.@:/-]{2,1224}$/, 'an external id of 2 to 1224 characters', '') || undefined,
    busName: text('LOCKSTEP_BUS', /^[\w./-]{1,256}$/, 'the name of an event bus', 'lockstep'),
    forwardRule: text('LOCKSTEP_FORWARD_RULE', /^[\w.-]{1,64}$/, 'the name of an EventBridge rule', 'lockstep-forward'),
    failureAccounts: text('LOCKSTEP_FAILURE_ACCOUNTS', accounts, 'accounts of 12 digits, with commas between', '')
      .split(',')
      .filter((account) => account !== ''),
    heartbeatMinutes: number('LOCKSTEP_HEARTBEAT_MINUTES', { from: 0, to: 1440, otherwise: 0 }),
    roleBoundary: text('LOCKSTEP_ROLE_BOUNDARY', boundary, boundaryMeaning, '').replace(/^\//, '') || undefined,
    readsOrganization: text('LOCKSTEP_ORGANIZATION', /^(read|leave-out)$/, '"read" or "leave-out"', 'leave-out') === 'read',
    flow: flowSettings(text, number),
    controller: controllerSettings(text, number),
  };
  if (isUnder(settings.freezeParameter, settings.documentsPath))
    faults.push('LOCKSTEP_FREEZE_PARAMETER must not lie under LOCKSTEP_DOCUMENTS_PATH: it would be read as a document');
  if (faults.length > 0) throw new BadEnvironment(`This function cannot run with its environment: ${faults.join('; ')}.`);
  return settings;
}

function flowSettings(text: TextReader, number: NumberReader): FunctionSettings['flow'] {
  const account = text('LOCKSTEP_METRICS_ACCOUNT', /^(source|destination)$/, '"source" or "destination"', 'source');
  return {
    account: account as FlowWatch['account'],
    everyHours: number('LOCKSTEP_METRICS_HOURS', { from: 0, to: 168, otherwise: 6 }),
    stalledMinutes: number('LOCKSTEP_STALLED_MINUTES', { from: 60, to: 1440, otherwise: 120 }),
  };
}

function controllerSettings(text: TextReader, number: NumberReader): Settings {
  const failureTopic = text('LOCKSTEP_FAILURE_TOPIC', topicName, 'the name of an SNS topic that is not FIFO', '');
  return {
    mode: text('LOCKSTEP_MODE', /^(repair|observe)$/, '"repair" or "observe"', 'repair') as Settings['mode'],
    budgetPercent: number('LOCKSTEP_BUDGET_PERCENT', { from: 0, to: 100, otherwise: 25 }),
    budgetMinimum: number('LOCKSTEP_BUDGET_MINIMUM', { from: 0, to: 1_000_000, otherwise: 5 }),
    contestedRepairs: number('LOCKSTEP_CONTESTED_REPAIRS', { from: 1, to: 1000, otherwise: 3 }),
    reserveSeconds: number('LOCKSTEP_RESERVE_SECONDS', { from: 1, to: 600, otherwise: 10 }),
    ...(failureTopic !== '' && { failureTopic }),
  };
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const role = /^\/?([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;
const roleMeaning = 'the name of a role, with its path if it has one';

const boundary = /^\/?([\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/;
const boundaryMeaning = 'the name of a managed policy, with its path if it has one';

// S3 sends to no FIFO topic, whose name has a point: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
const topicName = /^[\w-]{1,256}$/;

const accounts = /^\d{12}(,\d{12})*$/;

const isUnder = (name: string, path: string): boolean => name.startsWith(path.endsWith('/') ? path : `${path}/`);

/** An empty variable counts as none. */
const given = (environment: Environment, name: string): string | undefined => environment[name]?.trim() || undefined;

type TextReader = (name: string, form: RegExp, meaning: string, otherwise?: string) => string;

const textReader =
  (environment: Environment, faults: string[]): TextReader =>
  (name, form, meaning, otherwise) => {
    const value = given(environment, name);
    if (value === undefined && otherwise === undefined) faults.push(`${name} is missing: ${meaning}`);
    if (value !== undefined && !form.test(value)) faults.push(`${name} must be ${meaning}, got "${value.slice(0, 100)}"`);
    return value ?? otherwise ?? '';
  };

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly otherwise: number;
}

type NumberReader = (name: string, bounds: Bounds) => number;

const numberReader =
  (environment: Environment, faults: string[]): NumberReader =>
  (name, { from, to, otherwise }) => {
    const value = given(environment, name);
    const isSound = value === undefined || (/^\d+$/.test(value) && Number(value) >= from && Number(value) <= to);
    if (!isSound) faults.push(`${name} must be a whole number from ${from} to ${to}, got "${value.slice(0, 100)}"`);
    return value === undefined ? otherwise : Number(value);
  };
