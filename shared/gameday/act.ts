/** Breaking a setting, and putting it right again: the only writes of a game day beside those of its probes. */
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { explainFailure } from '../model/failure.ts';
import type { Observed } from '../model/finding.ts';
import { readOnce } from '../stages/observe.ts';
import type { Experiment, Mark, Move, Scene, Setting } from './experiment.ts';

export interface Damage {
  readonly experiment: Experiment;
  readonly setting: Setting;
  readonly scene: Scene;
  readonly mark: Mark;
}

/** What `damage` would send now. */
export async function plannedDamage({ experiment, setting, scene, mark }: Damage, aws: AwsGateway): Promise<Move> {
  const observed = await experiment.read(setting)(readOnce(aws));
  return observed.status === 'unreadable' || observed.status === 'gone'
    ? { refused: observed.reason }
    : experiment.damage(scene, presentIn(observed), mark);
}

const presentIn = (observed: Observed<unknown>): unknown => (observed.status === 'present' ? observed.value : undefined);

/** Sends calls in order. @returns why one was refused, as a sentence; the rest is then not sent */
export async function sendAll(calls: readonly AwsCall[], aws: AwsGateway): Promise<string | undefined> {
  for (const call of calls) {
    const reply = await aws.send(call);
    if (!reply.ok) return explainFailure(call, reply.error);
  }
  return undefined;
}

/** `undone`: what was broken is as it was. `nothing-left`: somebody, most likely the controller, had put it right before. */
export type Undone = { readonly how: 'undone' | 'nothing-left' } | { readonly failed: string };

/** Seconds before each try. */
const tries = [0, 0.3, 1, 2, 4, 8, 15];

/**
 * Takes away what a game day did and is still there, and reads back until nothing is left. Tries again when it is refused. Never throws.
 *
 * @param wait takes seconds
 */
export async function undo(
  experiment: Experiment,
  scene: Scene,
  aws: AwsGateway,
  wait: (seconds: number) => Promise<void>,
): Promise<Undone> {
  const setting = experiment.setting(scene);
  if (setting === undefined) return { how: 'nothing-left' };
  let trouble: string | undefined;
  let isSent = false;
  for (const pause of tries) {
    await wait(pause);
    const observed = await experiment.read(setting)(readOnce(aws));
    if (observed.status === 'gone') return { how: 'nothing-left' };
    const move: Move =
      observed.status === 'unreadable' ? { refused: observed.reason } : experiment.undo(scene, presentIn(observed));
    if ('calls' in move && move.calls.length === 0) return { how: isSent ? 'undone' : 'nothing-left' };
    trouble = 'refused' in move ? move.refused : await sendAll(move.calls, aws);
    if (trouble === undefined) isSent = true;
  }
  // Accepted each time, and still to be seen: IAM and S3 may show the former state for a while.
  return trouble === undefined ? { how: 'undone' } : { failed: trouble };
}
