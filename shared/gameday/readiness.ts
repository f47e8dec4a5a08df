/** Whether a replication may be broken now: only one that is well, and that the controller may put right. Pure. */
import type { FleetRecord, GroupMemory } from '../controller/ledger.ts';
import type { Freeze } from '../controller/ports.ts';
import { stepKey } from '../model/finding.ts';
import { sharedResources } from '../model/group.ts';
import type { Replication } from '../model/replication.ts';
import { instantText } from '../text/time.ts';
import type { Experiment, Scene } from './experiment.ts';

export interface Situation {
  readonly scene: Scene;
  readonly memory: GroupMemory | undefined;
  readonly freeze: Freeze | undefined;
  readonly now: Date;
}

/**
 * Repairs of one setting within an hour after which a game day waits: with the usual limit of three one is left for what breaks in earnest.
 */
const repairsAnHour = 2;
const hour = 3_600_000;

/** So long after the last report of a failure: reports come late, and those of before would be taken for those of the game day. */
const quietMinutes = 10;

/** Sentences: what stands against it. Empty: nothing does. */
export function obstacles(experiment: Experiment, situation: Situation): readonly string[] {
  const { scene, memory, freeze } = situation;
  return [
    ...(freeze === undefined ? [] : [`All repairs are frozen: ${freeze.reason}. \`lockstep resume --all\` ends it.`]),
    ...budgetOf(memory?.fleet),
    ...affectedBy(experiment, scene).flatMap((r) => notWell(r, situation)),
    ...contestOf(experiment, situation),
  ];
}

const budgetOf = (fleet: FleetRecord | undefined): readonly string[] =>
  fleet?.budget === undefined
    ? []
    : ['Repairs have stopped, for too much drift was to be repaired at one time: see `lockstep status`.'];

/** Those that meet at the setting: it has to be put right for all of them. */
export function affectedBy(experiment: Experiment, scene: Scene): readonly Replication[] {
  const on = experiment.setting(scene)?.resource.arn ?? '';
  return scene.group.filter((r) => r.name === scene.replication.name || sharedResources(r).includes(on));
}

function notWell({ name, mode, orphanedSince }: Replication, { memory, now }: Situation): readonly string[] {
  const status = memory?.statuses.get(name);
  const pause = memory?.pauses.get(name);
  if (orphanedSince !== undefined) return [`${name} is orphaned: no document names it any more.`];
  if (mode.kind !== 'repair') return [`${name} is not repaired: its document says \`mode: ${mode.kind}\`.`];
  if (pause !== undefined && pause.until > now.toISOString())
    return [
      `${name} is paused until ${instantText(pause.until)} by ${pause.by}: ${pause.reason}. \`lockstep resume ${name}\` ends it.`,
    ];
  if (status === undefined) return [`${name} has not been looked at by the controller yet.`];
  if (status.verdict !== 'proven') return [`${name} is ${status.verdict}, not proven: \`lockstep status ${name}\` says why.`];
  const failures = memory?.failures.get(name);
  if (failures !== undefined && now.getTime() - Date.parse(failures.last) < quietMinutes * 60_000)
    return [
      `S3 reported objects of ${name} that it did not replicate, the last at ${instantText(failures.last)}. Wait ${quietMinutes} minutes.`,
    ];
  return [];
}

function contestOf(experiment: Experiment, { scene, memory, now }: Situation): readonly string[] {
  const setting = experiment.setting(scene);
  const record = setting && memory?.contests.get(stepKey(setting));
  if (record === undefined) return [];
  if (record.heldUntil !== undefined && record.heldUntil > now.toISOString())
    return [`The setting is contested, and left alone until ${instantText(record.heldUntil)}.`];
  const recent = record.repairs.filter((at) => now.getTime() - Date.parse(at) < hour);
  return recent.length < repairsAnHour
    ? []
    : [
        `The setting was repaired ${recent.length} times within the hour: once more, and the next drift would be contested. Wait until ${instantText(new Date(Date.parse(recent[0] ?? '') + hour).toISOString())}.`,
      ];
}
