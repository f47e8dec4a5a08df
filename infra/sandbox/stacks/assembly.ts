/**
 * What `cdk synth` writes into `cdk.out`: stacks with the environments they are for, and the folders of code beside them.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LocalAws } from '../local-aws.ts';
import type { Place } from './calls.ts';
import { deployStack } from './deploy.ts';
import type { DeployedStack } from './deployed.ts';

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly parameters?: Readonly<Record<string, string>>;
    /** Of a list of assets. */
    readonly file?: string;
    /** Of an assembly within this one. */
    readonly directoryName?: string;
  };
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** A stack as an assembly describes it. */
export interface AssembledStack {
  /** Its id in the app: `Stage/Stack` within a stage. */
  readonly id: string;
  readonly stackName: string;
  /** Left out: it is for whatever account or region it is deployed to. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly template: string;
  /** Paths by `S3Key`. */
  readonly assets: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface AssemblyOptions {
  /** Where a stack goes whose environment is not fixed, or which should go elsewhere; undefined: it is not deployed. */
  readonly placement?: (stack: AssembledStack) => Place | undefined;
  /** Parameters by the id of the stack. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What is deployed in place of a template. */
  readonly change?: (template: string) => string | object;
}

/**
 * Deploys the stacks of an assembly, each after those it depends on.
 *
 * @param directory of `manifest.json`
 * @returns the stacks by their id in the app
 * @throws Error for a stack with no place; InvalidTemplate and StackFailed as `deployStack` does. What was deployed before stays.
 */
export async function loadAssembly(
  aws: LocalAws,
  directory: string,
  { placement = placeOf, parameters = {}, change = (template) => template }: AssemblyOptions = {},
): Promise<ReadonlyMap<string, DeployedStack>> {
  const deployed = new Map<string, DeployedStack>();
  for (const stack of readAssembly(directory)) {
    const place = placement(stack);
    if (!place) continue;
    const given = { ...stack.parameters, ...parameters[stack.id] };
    deployed.set(stack.id, await deployStack(aws, { ...stack, ...place, template: change(stack.template), parameters: given }));
  }
  return deployed;
}

function placeOf({ id, account, region }: AssembledStack): Place {
  if (account !== undefined && region !== undefined) return { account, region };
  throw new Error(`The stack ${id} is for no account and region of its own: say where it goes.`);
}

/** The stacks of an assembly and of those within it, each after those it depends on. Tags of stacks are left out: they are not passed on to resources here. */
export function readAssembly(directory: string): readonly AssembledStack[] {
  const { artifacts = {} } = readJson<Manifest>(join(directory, 'manifest.json'));
  const ordered: AssembledStack[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const artifact = artifacts[name];
    if (seen.has(name) || !artifact) return;
    seen.add(name);
    for (const other of artifact.dependencies ?? []) visit(other);
    if (artifact.type === 'aws:cloudformation:stack') ordered.push(stackIn(directory, name, artifact, artifacts));
    if (artifact.type === 'cdk:cloud-assembly') {
      ordered.push(...readAssembly(join(directory, artifact.properties?.directoryName ?? '')));
    }
  };
  Object.keys(artifacts).forEach(visit);
  return ordered;
}

function stackIn(directory: string, name: string, artifact: Artifact, artifacts: Manifest['artifacts'] = {}): AssembledStack {
  const { properties = {}, dependencies = [], environment = '' } = artifact;
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  const lists = dependencies.map((other) => artifacts[other]).filter((other) => other?.type === 'cdk:asset-manifest');
  return {
    id: name,
    stackName: properties.stackName ?? name,
    account: account === 'unknown-account' ? undefined : account,
    region: region === 'unknown-region' ? undefined : region,
    template: readFileSync(join(directory, properties.templateFile ?? ''), 'utf8'),
    assets: Object.assign({}, ...lists.map((list) => assetsIn(directory, list?.properties?.file ?? ''))) as Record<
      string,
      string
    >,
    parameters: properties.parameters ?? {},
  };
}

function assetsIn(directory: string, file: string): Readonly<Record<string, string>> {
  const { files = {} } = readJson<AssetManifest>(join(directory, file));
  const keys = Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ objectKey }) => [objectKey, resolve(directory, source.path ?? '')] as const),
  );
  return Object.fromEntries(keys);
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
