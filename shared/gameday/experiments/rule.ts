import { type ReplicationSetting, replicationConfiguration } from '../../aspects/replication-configuration.ts';
import { sourceBucket } from '../../aspects/resources.ts';
import type { Experiment, Move, Scene } from '../experiment.ts';

/** Ids of the rules that its document wants enabled. */
const idsOf = ({ replication }: Scene): ReadonlySet<string | undefined> =>
  new Set(replication.rules.filter(({ status }) => status === 'Enabled').map(({ id }) => id));

/** Gives our rules of one status the other; everything else stays word for word. */
function switched(scene: Scene, observed: unknown, from: 'Enabled' | 'Disabled', to: 'Enabled' | 'Disabled'): Move {
  const setting = observed as ReplicationSetting | undefined;
  const ids = idsOf(scene);
  const isMeant = ({ ID, Status }: ReplicationSetting['Rules'][number]): boolean => ids.has(ID) && Status === from;
  if (setting === undefined || !setting.Rules.some(isMeant)) return { calls: [] };
  const next = { ...setting, Rules: setting.Rules.map((one) => (isMeant(one) ? { ...one, Status: to } : one)) };
  return { calls: replicationConfiguration.write(sourceBucket(scene.replication), next, setting) };
}

/** Somebody switches the rule off: no failure, no metric, no event of S3. */
export const rule: Experiment = {
  name: 'rule',
  breaks: ({ replication }) =>
    `disables the rules of the replication in the replication configuration of ${replication.source.bucket}`,
  reversible: 'The rules are enabled again, by the controller or in the end by this command; rules of others are not touched.',
  setting: ({ replication }) => ({ aspect: replicationConfiguration.name, resource: sourceBucket(replication) }),
  ending: () => 'repaired',
  alarm: () => undefined,
  read: ({ resource }) => replicationConfiguration.read(resource),
  damage(scene, observed) {
    const move = switched(scene, observed, 'Enabled', 'Disabled');
    return 'calls' in move && move.calls.length === 0
      ? { refused: 'No rule of the replication is enabled, so there is nothing to disable.' }
      : move;
  },
  undo: (scene, observed) => switched(scene, observed, 'Disabled', 'Enabled'),
};
