/**
 * The controller on the local AWS: what its stacks make in AWS, made through the same calls, under the same permissions.
 *
 * ```ts
 * const hub = await installHub(aws, { spokes: [{ account: '111111111111', regions: ['eu-west-1'] }], dist: 'dist' });
 * // … a document under /lockstep/desired-state/, and a change in a spoke: they are answered …
 * await hub.close();
 * ```
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { settingsFrom } from '../../../functions/settings.ts';
import { functionHost } from '../hosting/function-host.ts';
import type { LocalAws } from '../local-aws.ts';
import { type Administrator, administratorOf, type Place } from './clients.ts';
import {
  busName,
  createBus,
  createForwardRule,
  createOrganizationRule,
  forwardEvents,
  forwardRule,
  startFunctions,
} from './events.ts';
import {
  answerQueue,
  createExecutionRoles,
  createFunctions,
  type Deployment,
  executionRoleOf,
  type Functions,
  functionNames,
  reconcileSeconds,
} from './functions.ts';
import { createRole, healing, observing } from './roles.ts';
import { createStore, type Store } from './store.ts';

/** An account that the controller acts in, and the regions whose events it hears; those of IAM are heard anyway. */
export interface Spoke {
  readonly account: string;
  readonly regions: readonly string[];
}

export interface HubOptions {
  /** Where the controller runs; `333333333333` and `eu-west-1` by default. */
  readonly account?: string;
  readonly region?: string;
  readonly spokes: readonly Spoke[];
  /** Variables of the functions, in place of their defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Accounts whose people may act as the controller's roles too, e.g. with `lockstep plan`. */
  readonly people?: readonly string[];
  /** Folder of what was built. */
  readonly dist: string;
}

export interface Hub extends Place, Store {
  readonly busName: string;
  readonly functions: Functions;
  /** What the functions have, beside what Lambda itself gives them: to run them by hand. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the event source mapping that feeds `reconcile`. */
  readonly mapping: string;
  /** Has the spokes forward nothing any more, or everything again. */
  forwarding(isOn: boolean): Promise<void>;
  /** Ends the functions, at once. The rest stays. */
  close(): Promise<void>;
}

// It runs in IAM's own region too: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
const iamRegion = 'us-east-1';

const placesOf = (spokes: readonly Spoke[]): readonly Place[] =>
  spokes.flatMap(({ account, regions }) => [...new Set([...regions, iamRegion])].map((region) => ({ account, region })));

/**
 * Installs the controller once, in a local AWS that listens.
 *
 * @throws Error when it does not listen, or when the functions are not built; BadEnvironment for settings the functions would refuse
 */
export async function installHub(aws: LocalAws, options: HubOptions): Promise<Hub> {
  const { account = '333333333333', region = 'eu-west-1', spokes, settings = {}, people = [] } = options;
  const endpoint = endpointOf(aws);
  const place = { account, region };
  const at = (other: Place): Administrator => administratorOf(other, endpoint);
  const hub = at(place);
  const tableName = settings.LOCKSTEP_LEDGER_TABLE ?? 'lockstep-ledger';
  // A batch may come back only when its function cannot be at it any more.
  const store = await createStore(hub, place, { tableName, visibilitySeconds: reconcileSeconds + 60 });
  const deployment = deploymentOf({ ...options, settings }, place, store);
  await createExecutionRoles(hub, deployment);
  const accounts = deployment.spokes;
  await Promise.all([
    createBus(hub, place, accounts),
    ...accounts.map((spoke) => createSpokeRoles(at({ account: spoke, region }), spoke, deployment, people)),
  ]);
  const functions = await createFunctions(hub, deployment);
  await startFunctions(hub, place, functions, '/lockstep/');
  await forwardAll(spokes, at, place);
  const mapping = await answerQueue(hub, functions, store);
  return {
    ...{ ...place, ...store, busName, functions, mapping, environment: deployment.environment },
    forwarding: (isOn) => forward(placesOf(spokes).map(at), isOn),
    close: () => functionHost(aws).close(),
  };
}

function endpointOf({ world }: LocalAws): string {
  const { endpoint } = world.lambda;
  if (endpoint === undefined) throw new Error('The controller needs a local AWS that listens.');
  return endpoint;
}

function deploymentOf({ spokes, settings = {}, dist }: HubOptions, place: Place, store: Store): Deployment {
  const environment = {
    LOCKSTEP_LEDGER_TABLE: store.tableName,
    LOCKSTEP_QUEUE_URL: store.queueUrl,
    LOCKSTEP_TOPIC_ARN: store.topicArn,
    ...settings,
  };
  const { observerRole, healerRole, documentsPath, freezeParameter } = settingsFrom(environment, { tells: true });
  return {
    ...{ place, store, environment, observerRole, healerRole, documentsPath, freezeParameter },
    code: builtFunctions(dist),
    spokes: spokes.map(({ account }) => account),
  };
}

/** @throws Error naming what to run first */
export function builtFunctions(dist: string): string {
  const folder = resolve(dist, 'functions');
  const missing = functionNames.filter((name) => !existsSync(join(folder, name, 'index.mjs')));
  if (missing.length > 0) throw new Error(`The functions are not built (${missing.join(', ')}): run \`npm run build\` first.`);
  return folder;
}

/** The two roles that the functions act in, in one spoke. */
async function createSpokeRoles(
  { iam }: Administrator,
  account: string,
  { place, observerRole, healerRole, environment }: Deployment,
  people: readonly string[],
): Promise<void> {
  const trustOf = (...names: Parameters<typeof executionRoleOf>[1][]): object => ({
    Effect: 'Allow',
    Principal: {
      AWS: [...names.map((name) => executionRoleOf(place, name)), ...people.map((one) => `arn:aws:iam::${one}:root`)],
    },
    Action: 'sts:AssumeRole',
    ...(environment.LOCKSTEP_EXTERNAL_ID && {
      Condition: { StringEquals: { 'sts:ExternalId': environment.LOCKSTEP_EXTERNAL_ID } },
    }),
  });
  const trust = { observer: trustOf('admit', 'sweep', 'reconcile'), healer: trustOf('reconcile') };
  await createRole(iam, { account, name: observerRole, trust: trust.observer, permissions: observing });
  await createRole(iam, {
    ...{ account, name: healerRole, trust: trust.healer },
    permissions: healing(account, [observerRole, healerRole]),
  });
}

async function forwardAll(spokes: readonly Spoke[], at: (place: Place) => Administrator, hub: Place): Promise<void> {
  for (const { account } of spokes) {
    const roleArn = await forwardEvents(at({ account, region: iamRegion }), account, hub);
    const own = placesOf(spokes).filter((place) => place.account === account);
    for (const place of own) await createForwardRule(at(place), hub, roleArn);
    await createOrganizationRule(at({ account, region: iamRegion }), hub, roleArn);
  }
}

async function forward(spokes: readonly Administrator[], isOn: boolean): Promise<void> {
  const Command = isOn ? EnableRuleCommand : DisableRuleCommand;
  await Promise.all(spokes.map(({ events }) => events.send(new Command({ Name: forwardRule }))));
}
