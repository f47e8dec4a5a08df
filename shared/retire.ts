/**
 * Ends replications: takes away what Lockstep made for them and nobody else wants. Rules first, so that S3 stops trying;
 * then grants at the destination, then the role. Buckets, keys, objects, versioning and encryption stay. Run by a person only.
 */
import { aspects as allAspects } from './aspects/index.ts';
import { delegation, keyPolicy } from './aspects/key-policy.ts';
import type { PolicySetting } from './aspects/policy-setting.ts';
import type { AwsGateway } from './model/aws-call.ts';
import type { Held, ResourceRef, Step, StepOutcome } from './model/finding.ts';
import type { KeyRef, Replication } from './model/replication.ts';
import { statementsOf } from './policy/statements.ts';
import { type Ending, type EndingAspect, ending, isRetirable, type Uses } from './retire/ending.ts';
import { endingRole } from './retire/role.ts';
import { foreignUses } from './retire/uses.ts';
import { apply } from './stages/apply.ts';
import { type Compared, compare } from './stages/compare.ts';
import { confirm } from './stages/confirm.ts';
import { observe, readingOnce, readOnce } from './stages/observe.ts';
import { planRepairs } from './stages/plan.ts';
import { resolveKeys } from './stages/resolve-keys.ts';
import { targetsOf } from './stages/targets.ts';

export interface RetireOptions {
  /** Reads. */
  readonly observer: AwsGateway;
  /** Writes, and reads back. */
  readonly healer: AwsGateway;
  /** false: stop after the plan. */
  readonly write: boolean;
  readonly wait: (seconds: number) => Promise<void>;
  /** For jitter, from 0 up to 1. */
  readonly random?: () => number;
  readonly onStep?: (title: string, done: number, total: number) => void;
}

/** Something of ours that stays, and why. */
export interface Kept {
  readonly resource?: ResourceRef;
  readonly because: string;
}

export interface Retirement {
  /** What goes, in order. */
  readonly steps: readonly Step[];
  /** What would go, and cannot now. */
  readonly held: readonly Held[];
  /** Empty unless it was carried out. */
  readonly outcomes: readonly StepOutcome[];
  readonly kept: readonly Kept[];
  /** Sentences: what could not be read or told. */
  readonly troubles: readonly string[];
  /** Nothing of ours is left that should go. */
  readonly isDone: boolean;
}

/**
 * Plans, and with `write` carries out, the end of some replications. A second run finds nothing left to do.
 * Never throws for what AWS answers.
 *
 * @param gone those that end
 * @param staying all others that are known: what they want stays exactly as it is
 */
export async function retire(
  gone: readonly Replication[],
  staying: readonly Replication[],
  options: RetireOptions,
): Promise<Retirement> {
  const observer = readingOnce(options.observer);
  const [resolved, others] = await Promise.all([resolveKeys(gone, observer), resolveKeys(staying, observer)]);
  const unknown = unknownWishes(resolved, others);
  if (unknown.length > 0) return { ...nothing, troubles: unknown };
  const ends = resolved.map(asEnding);
  const uses = await foreignUses(ends, others, readOnce(observer));
  const targets = targetsOf({ id: ends[0]?.name ?? '', replications: ends }, endingAspects(others, uses));
  const compared = compare(targets, await observe(targets, observer));
  const plan = planRepairs(compared);
  const outcomes = options.write ? await carryOut(plan.steps, options) : [];
  const troubles = compared.flatMap(troubleOf);
  const isOpen = plan.held.length + troubles.length > 0 || outcomes.length < plan.steps.length;
  return {
    ...plan,
    outcomes,
    troubles,
    kept: [...resolved.flatMap(outOfReach), ...compared.flatMap(keptAt)],
    isDone: !isOpen && outcomes.every(({ outcome }) => outcome === 'repaired'),
  };
}

const nothing: Retirement = { steps: [], held: [], outcomes: [], kept: [], troubles: [], isDone: false };

/** In the order in which things end: what another setting leans on goes after it. */
function endingAspects(staying: readonly Replication[], uses: Uses): readonly EndingAspect[] {
  const retirable = allAspects.filter(isRetirable).toReversed();
  const leaning = (name: string): readonly string[] =>
    retirable.filter(({ after }) => after.includes(name)).map((one) => one.name);
  return [
    ...retirable.map((aspect) => ending(aspect, staying, uses, leaning(aspect.name))),
    endingRole(
      staying,
      uses,
      retirable.map(({ name }) => name),
    ),
  ];
}

const keysOf = ({ source, destination }: Replication): readonly KeyRef[] => [
  source.key,
  ...source.furtherKeys,
  ...(destination.managed ? [destination.key] : []),
];

/** A replication that stays and shares the role may need a grant on a key that we cannot name: then nothing is taken away. */
function unknownWishes(gone: readonly Replication[], staying: readonly Replication[]): readonly string[] {
  const roles = new Set(gone.map(({ role }) => role.arn));
  return staying
    .filter(({ role }) => roles.has(role.arn))
    .flatMap((r) => keysOf(r).map((key) => ({ r, key })))
    .filter(({ key }) => key.arn === undefined)
    .map(
      ({ r, key }) =>
        `${r.name} stays and uses the same role, but ${key.named} cannot be resolved to a key, so what it needs is not known.`,
    );
}

/** Neither paused nor orphaned: a person asked for it. Keys that no alias leads to any more are left out. */
function asEnding({ orphanedSince: _, ...r }: Replication): Replication {
  const known = (key: KeyRef): KeyRef => ({ ...key, arn: key.arn ?? key.named });
  return {
    ...r,
    mode: { kind: 'repair' },
    source: { ...r.source, key: known(r.source.key), furtherKeys: r.source.furtherKeys.filter(isThere).map(known) },
    destination: { ...r.destination, key: known(r.destination.key) },
  };
}

const isThere = ({ unresolved }: KeyRef): boolean => unresolved?.status !== 'gone';

async function carryOut(
  steps: ReturnType<typeof planRepairs>['steps'],
  { healer, wait, random = () => 0.5, onStep = () => {} }: RetireOptions,
): Promise<readonly StepOutcome[]> {
  const outcomes = await apply(steps, healer, { wait, random }, (step, done) =>
    onStep(step.target.aspect.title, done, steps.length),
  );
  return confirm(steps, outcomes, healer, { wait });
}

function troubleOf({ finding }: Compared): readonly string[] {
  if (finding.verdict === 'unreadable') return [finding.reason];
  return finding.verdict === 'blocked' ? [finding.by.reason] : [];
}

function outOfReach({ destination, name, ...r }: Replication): readonly Kept[] {
  const unmanaged = destination.managed
    ? []
    : [`the destination of ${name} is not managed: its owner has to remove the statements for ${r.role.arn} there`];
  const lost = keysOf({ destination, name, ...r })
    .filter((key) => !isThere(key))
    .map(
      (key) => `${key.named} leads to no key any more: grants for ${r.role.arn} in the key it once named, if that exists, stay`,
    );
  return [...unmanaged, ...lost].map((because) => ({ because }));
}

function keptAt({ target: { aspect, on, sharers }, observed }: Compared): readonly Kept[] {
  if (observed.status !== 'present') return [];
  const desired = aspect.desired(sharers, on) as Ending;
  const seen = observed.value as Ending;
  const because =
    (aspect as EndingAspect).keptBecause(desired, seen) ?? keptDelegation(aspect.name, desired, aspect.merge(desired, seen, on));
  return because === undefined ? [] : [{ resource: on, because: `${aspect.title}: ${because}` }];
}

function keptDelegation(aspect: string, { staying }: Ending, left: unknown): string | undefined {
  const { value } = left as Ending<PolicySetting>;
  const isLeft = statementsOf(value?.document).some(({ Sid }) => Sid === delegation);
  return aspect === keyPolicy.name && staying === undefined && isLeft
    ? `${delegation} stays: without it nobody may manage the key any more`
    : undefined;
}
