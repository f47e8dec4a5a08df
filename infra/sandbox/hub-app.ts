/** Synthesizes the stacks of the controller for the local AWS, as `infra/app.ts` does for AWS. Run by the build; writes to `CDK_OUTDIR`. */
import { join } from 'node:path';
import { configSchema } from '../config/schema.ts';
import { deploymentOf } from '../deployment.ts';

const regions = ['eu-west-1', 'eu-central-1'];

const config = configSchema.parse({
  hub: { account: '333333333333', region: 'eu-west-1' },
  spokes: ['111111111111', '222222222222'].map((account) => ({ account, regions })),
  externalId: 'lockstep-local',
  // Whatever is tried out may be repaired; AWS is given the names of what is about replication.
  names: { buckets: ['*'], keys: ['arn:aws:kms:*:*:key/*'], roles: ['*'] },
});

deploymentOf({ config, code: join(process.cwd(), 'dist', 'functions'), checked: false }).synth();
