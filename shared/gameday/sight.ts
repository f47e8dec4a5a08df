/** What can be seen of a game day at one instant: the controller's memory, the alarms, and the probe. */
import type { FailureRecord, Ledger, RepairRecord, ReplicationRecord, StatusRecord, StoryRecord } from '../controller/ledger.ts';
import { type AwsGateway, toHub } from '../model/aws-call.ts';
import type { Ending } from './experiment.ts';
import type { Probe } from './probe.ts';

export interface AlarmState {
  readonly state: string;
  /** ISO 8601. */
  readonly since?: string;
}

/** By name; `unreadable`: why they cannot be looked at. */
export type Alarms = ReadonlyMap<string, AlarmState> | { readonly unreadable: string };

export interface Sight {
  /** ISO 8601, when it was looked at. */
  readonly at: string;
  readonly status?: StatusRecord;
  /** Newest first. */
  readonly repairs: readonly RepairRecord[];
  readonly failures?: FailureRecord;
  /** Of the kind that the experiment has to lead to, about this group. */
  readonly stories: readonly StoryRecord[];
  readonly alarms: Alarms;
  readonly probe?: Probe;
}

export interface Looking {
  readonly ledger: Pick<Ledger, 'group' | 'repairs' | 'stories'>;
  /** Reads alarms in the account of the controller; undefined: nobody asked for alarms. */
  readonly alarms?: AwsGateway;
  readonly now: () => Date;
}

/** Enough for one day: an experiment leads to one repair, seldom to two. */
const repairsSeen = 10;

/** @throws what the ledger throws; alarms that may not be read are told as such */
export async function look({ replication, group }: ReplicationRecord, ending: Ending, looking: Looking): Promise<Sight> {
  const { ledger, now } = looking;
  const [memory, repairs, stories, alarms] = await Promise.all([
    ledger.group(group),
    ledger.repairs(replication.name, repairsSeen),
    ledger.stories(`${ending} ${group} `),
    alarmsBy(looking.alarms),
  ]);
  const status = memory?.statuses.get(replication.name);
  const failures = memory?.failures.get(replication.name);
  return { at: now().toISOString(), repairs, stories, alarms, ...(status && { status }), ...(failures && { failures }) };
}

const ofLockstep = { AlarmNamePrefix: 'lockstep-', MaxRecords: 100 } as const;

async function alarmsBy(aws: AwsGateway | undefined): Promise<Alarms> {
  if (aws === undefined) return { unreadable: 'nobody asked for them' };
  const reply = await aws.send({ operation: 'cloudwatch:DescribeAlarms', ...toHub, input: ofLockstep });
  if (!reply.ok) return { unreadable: `${reply.error.code}: ${reply.error.message}` };
  return new Map(
    (reply.output.MetricAlarms ?? []).map(({ AlarmName = '', StateValue = '', StateTransitionedTimestamp: since }) => [
      AlarmName,
      { state: StateValue, ...(since && { since: since.toISOString() }) },
    ]),
  );
}
