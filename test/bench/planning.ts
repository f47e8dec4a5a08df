/** What Lockstep's own thinking costs: no AWS, no wire, only comparing and planning. */
import { execFileSync } from 'node:child_process';
import { aspects } from '../../shared/aspects/index.ts';
import type { Observed } from '../../shared/model/finding.ts';
import { groupsOf } from '../../shared/model/group.ts';
import type { Group, Replication } from '../../shared/model/replication.ts';
import { compare } from '../../shared/stages/compare.ts';
import type { Observations } from '../../shared/stages/observe.ts';
import { planRepairs } from '../../shared/stages/plan.ts';
import { type Target, targetsOf } from '../../shared/stages/targets.ts';
import type { Figure } from './bench.ts';
import { fleet } from './fleet.ts';

interface Work {
  readonly targets: readonly Target[];
  readonly observations: Observations;
}

/** A healthy group, as if freshly parsed from the wire, except that every tenth lost its replication configuration. */
function workOn(group: Group, n: number): Work {
  const targets = targetsOf(group, aspects);
  const seen = targets.map(({ key, aspect, sharers, on }): [string, Observed<unknown>] => {
    const isLost = n % 10 === 0 && aspect.name === 'replication-configuration';
    const value = structuredClone(aspect.merge(aspect.desired(sharers, on), undefined, on));
    return [key, isLost ? { status: 'absent' } : { status: 'present', value }];
  });
  return { targets, observations: new Map(seen) };
}

const worldOf = (replications: readonly Replication[]): readonly Work[] => groupsOf(replications).map(workOn);

function think(work: readonly Work[]): number {
  return work.reduce((steps, { targets, observations }) => steps + planRepairs(compare(targets, observations)).steps.length, 0);
}

export function measurePlanning(): readonly Figure[] {
  think(worldOf(fleet(500)));
  const size = 2000;
  const world = worldOf(fleet(size));
  const before = process.cpuUsage();
  const steps = think(world);
  const { user, system } = process.cpuUsage(before);
  const perReplication = (user + system) / 1000 / size;
  if (steps !== size / 10) throw new Error(`planned ${steps} repairs instead of ${size / 10}`);
  return [
    {
      what: `comparing and planning, CPU per replication (${size}, of which ${steps} drifted)`,
      measured: `${perReplication.toFixed(3)} ms`,
      target: '<= 0.2 ms',
      met: perReplication <= 0.2,
    },
  ];
}

const fleetSize = 10_000;

/** In a process of its own, so that nothing else that the bench does is counted. */
export function measureMemory(): readonly Figure[] {
  const said = execFileSync(process.execPath, [process.argv[1] ?? '', 'peak'], { encoding: 'utf8' });
  const { steps, megabytes } = JSON.parse(said) as ReturnType<typeof peakOfPlanning>;
  return [
    {
      what: `grouping and planning ${fleetSize.toLocaleString('en')} replications (${steps} drifted), peak memory of the process`,
      measured: `${megabytes.toFixed(0)} MB`,
      target: '< 512 MB',
      met: megabytes < 512,
    },
  ];
}

/** As a sweep does it: all are grouped at once, then group after group is looked at. */
export function peakOfPlanning(): { readonly steps: number; readonly megabytes: number } {
  const steps = groupsOf(fleet(fleetSize)).reduce((sum, group, n) => sum + think([workOn(group, n)]), 0);
  // Kilobytes on every platform: https://nodejs.org/api/process.html#processresourceusage
  return { steps, megabytes: process.resourceUsage().maxRSS / 1024 };
}
