/** All stacks of one configuration. */
import { App, type AppProps, BootstraplessSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { aspects } from '../shared/aspects/index.ts';
import type { Config } from './config.ts';
import { HubStack } from './hub-stack.ts';
import { insistOnSizes } from './permissions/sizes.ts';
import { eventRegions } from './regions.ts';
import { SpokeRegionStack } from './spoke-region-stack.ts';
import { SpokeStack } from './spoke-stack.ts';
import { RolloutStack } from './stack-set.ts';

export interface DeploymentOptions extends AppProps {
  readonly config: Config;
  /** Folder of the built functions: `dist/functions`. */
  readonly code: string;
  readonly aspects?: typeof aspects;
  /** false: without the rules of AWS's solutions; for tests that are about something else. */
  readonly checked?: boolean;
}

/**
 * The hub; for each account listed its roles, and for each of its regions the forwarding; and the StackSets of an organization.
 * Spokes have no assets, so that their accounts need no bootstrapping.
 *
 * @throws InvalidConfiguration when a policy would be longer than AWS takes it
 */
export function deploymentOf({ config, code, aspects: all = aspects, checked = true, ...props }: DeploymentOptions): App {
  // Before there is an app, which would be synthesized at the end of the process whatever is thrown.
  insistOnSizes(all, config);
  const app = new App({ analyticsReporting: false, ...props });
  const hub = new HubStack(app, 'lockstep-hub', { config, code, aspects: all });
  for (const { account, regions } of config.spokes) {
    const synthesizer = () => new BootstraplessSynthesizer();
    new SpokeStack(app, `lockstep-spoke-${account}`, {
      ...{ config, aspects: all, synthesizer: synthesizer(), env: { account, region: regions[0] as string } },
    });
    for (const region of eventRegions(regions, config))
      new SpokeRegionStack(app, `lockstep-spoke-${account}-${region}`, {
        ...{ config, aspects: all, synthesizer: synthesizer(), env: { account, region } },
      });
  }
  if (config.organization !== undefined && config.organization.units.length > 0)
    // Its spokes trust roles of the hub, which have to be there first.
    new RolloutStack(app, 'lockstep-rollout', { config, env: config.hub }).addStackDependency(hub);
  if (checked) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
