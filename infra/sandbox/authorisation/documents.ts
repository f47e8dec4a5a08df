/** Policies made ready for the evaluator: parsed once per text, because it compiles a document once per object. */
import type { NamedPolicy, ResourcePolicy } from '../../../shared/policy/evaluate.ts';
import { type KeptPolicy, showPolicy } from '../principals.ts';
import { awsManagedPolicy } from '../services/iam/aws-managed.ts';
import type { World } from '../world.ts';

const byText = new Map<string, unknown>();

/** The same object for the same text. What is no JSON stays text, which the evaluator cannot tell. */
export function parsed(text: string): unknown {
  const known = byText.get(text);
  if (known !== undefined) return known;
  if (byText.size >= 2000) byText.clear();
  const document = parse(text);
  byText.set(text, document);
  return document;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const shown = new WeakMap<KeptPolicy, string>();

/** A policy of a resource as it counts now: the principals that died are bare ids, which match nobody. */
export function resourcePolicy(
  world: World,
  kind: ResourcePolicy['kind'],
  { label, account }: Pick<NamedPolicy, 'label' | 'account'>,
  kept: KeptPolicy | undefined,
): ResourcePolicy | undefined {
  if (kept === undefined) return undefined;
  const text = showPolicy(world, kept);
  const before = shown.get(kept);
  // The text of a moment ago, when it is the same, carries its hash already.
  const same = before === text ? before : text;
  shown.set(kept, same);
  return { kind, label, account, document: parsed(same) };
}

/** A policy that a resource keeps as it was given: those of queues, topics and event buses. */
export const keptText = (label: string, account: string, text: string | undefined): { readonly policy?: ResourcePolicy } =>
  text ? { policy: { kind: 'resource', label, account, document: parsed(text) } } : {};

/** The default version of a managed policy: AWS's, or the account's own. */
export function managedPolicy({ iam }: World, account: string, arn: string): NamedPolicy {
  const label = `managed policy ${arn.slice(arn.indexOf(':policy/') + 8)}`;
  const policy = awsManagedPolicy(arn) ?? iam.accounts.get(account)?.policies.get(arn);
  const text = policy?.versions.get(policy.defaultVersion)?.document;
  return text === undefined ? { label, account, unread: 'there is no such policy' } : { label, account, document: parsed(text) };
}
