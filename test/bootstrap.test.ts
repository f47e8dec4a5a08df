import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalAws, type LocalAws } from '../infra/sandbox/local-aws.ts';
import { AwsError, type CallContext } from '../infra/sandbox/service.ts';
import { aspects } from '../shared/aspects/index.ts';
import { BootstrapFailure, createFoundations, missingFoundations } from '../shared/bootstrap.ts';
import type { AwsGateway } from '../shared/model/aws-call.ts';
import type { Input, Operation, Output } from '../shared/model/operations.ts';
import { aDocument, destinationEnd, leftOf, pass, replicationsIn, sourceEnd, wait } from './support/live-replication.ts';
import { type LocalGateway, localGateway } from './support/local-gateway.ts';

const missing = (document: object, aws: AwsGateway) => missingFoundations(replicationsIn(document), aws);

async function bootstrap(document: object, aws: AwsGateway, creator = aws) {
  return createFoundations(await missing(document, aws), { observer: aws, creator, wait });
}

async function send<O extends Operation>(
  aws: AwsGateway,
  account: string,
  region: string,
  operation: O,
  input: Input<O>,
): Promise<Output<O>> {
  const reply = await aws.send({ operation, account, region, input });
  if (!reply.ok) throw new Error(`${operation}: ${reply.error.code}: ${reply.error.message}`);
  return reply.output;
}

const atSource = <O extends Operation>(aws: AwsGateway, operation: O, input: Input<O>) =>
  send(aws, '111111111111', 'eu-west-1', operation, input);
const europe = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;

/** The problems of a failure, and what was created before; fails when there is none. */
async function failureOf(work: Promise<unknown>): Promise<BootstrapFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BootstrapFailure) return error;
  throw error ?? new Error('it was expected to fail');
}

describe('what is missing', () => {
  it('is each bucket and key once, buckets first', async () => {
    const document = aDocument({ source: { keys: ['arn:aws:kms:eu-west-1:111111111111:alias/older'] } });
    const twice = {
      ...document,
      replications: { ...document.replications, ...aDocument({ destination: { bucket: 'orders-eu' } }, 'eu').replications },
    };

    const names = (await missing(twice, localGateway(createLocalAws()))).map(({ kind, name }) => `${kind} ${name}`);

    expect(names).toEqual([
      'bucket orders',
      'bucket orders-dr',
      'bucket orders-eu',
      `key ${sourceEnd.key}`,
      'key arn:aws:kms:eu-west-1:111111111111:alias/older',
      `key ${destinationEnd.key}`,
    ]);
  });

  it('is nothing of a destination that its owner keeps', async () => {
    const found = await missing(aDocument({ destination: { managed: false } }), localGateway(createLocalAws()));

    expect(found.map(({ account }) => account)).toEqual(['111111111111', '111111111111']);
  });

  it('is nothing once everything is there, and nothing is written then', async () => {
    const gateway = localGateway(createLocalAws());
    await bootstrap(aDocument(), gateway);
    const before = gateway.counts.writes;

    expect(await bootstrap(aDocument(), gateway)).toEqual([]);
    expect(gateway.counts.writes).toBe(before);
  });

  const unclear: readonly {
    because: string;
    world?: (aws: LocalGateway) => Promise<unknown>;
    document?: object;
    says: RegExp;
  }[] = [
    {
      because: 'a key ARN names no key: KMS chooses the id of a new one',
      document: aDocument({ source: { key: 'arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111' } }),
      says: /key\/11111111-1111-4111-8111-111111111111 does not exist.*Name the key by an alias instead.*arn:aws:kms:eu-west-1:111111111111:alias\//,
    },
    {
      because: 'a stranger has a bucket of that name',
      world: (aws) => send(aws, '333333333333', 'eu-west-1', 's3:CreateBucket', { Bucket: 'orders', ...europe }),
      says: /bucket orders in account 111111111111.*If another account has the name, choose another one/,
    },
    {
      because: 'the bucket is in another region',
      world: (aws) => send(aws, '111111111111', 'us-east-1', 's3:CreateBucket', { Bucket: 'orders' }),
      says: /the bucket is in us-east-1\. Correct its region in the document/,
    },
  ];

  it.each(unclear)('cannot be told when $because', async ({ world = async () => {}, document = aDocument(), says }) => {
    const gateway = localGateway(createLocalAws());
    await world(gateway);
    const before = gateway.counts.writes;

    const { problems, created } = await failureOf(bootstrap(document, gateway));

    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    expect(created).toEqual([]);
    expect(gateway.counts.writes).toBe(before);
  });

  it('is told with everything else that stands in the way', async () => {
    const gateway = localGateway(createLocalAws());
    await send(gateway, '333333333333', 'eu-west-1', 's3:CreateBucket', { Bucket: 'orders', ...europe });
    const key = 'arn:aws:kms:eu-central-1:222222222222:key/22222222-2222-4222-8222-222222222222';

    const { problems } = await failureOf(missing(aDocument({ destination: { key } }), gateway));

    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('bucket orders'),
      expect.stringContaining(key),
    ]);
  });
});

describe('credentials of another account', () => {
  // One profile for both accounts, as when AWS_PROFILE is all there is.
  const oneProfile = () => '111111111111';

  it('create nothing: a bucket would end up in their account', async () => {
    const aws = createLocalAws();
    const own = localGateway(aws);

    const { problems } = await failureOf(bootstrap(aDocument(), own, localGateway(aws, oneProfile)));

    expect(problems.map(({ message }) => message)).toEqual([
      'The credentials used for account 222222222222 are those of account 111111111111 (arn:aws:iam::111111111111:root): what is created with them would end up there.',
    ]);
    expect(aws.world.s3.buckets.size).toBe(0);
    expect(aws.world.kms.keys.size).toBe(0);
  });

  it('are told by a look already', async () => {
    const { problems } = await failureOf(missing(aDocument(), localGateway(createLocalAws(), oneProfile)));

    expect(problems.every(({ denied }) => denied)).toBe(true);
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('are those of account 111111111111'));
  });
});

describe('creating', () => {
  it('puts every bucket and key into its account and region, with the defaults of AWS', async () => {
    const aws = createLocalAws();
    const document = aDocument({ source: { region: 'us-east-1', key: 'arn:aws:kms:us-east-1:111111111111:alias/orders' } });

    await bootstrap(document, localGateway(aws));

    expect([...aws.world.s3.buckets.values()]).toEqual([
      expect.objectContaining({ name: 'orders', account: '111111111111', region: 'us-east-1', ownership: 'BucketOwnerEnforced' }),
      expect.objectContaining({
        name: 'orders-dr',
        account: '222222222222',
        region: 'eu-central-1',
        ownership: 'BucketOwnerEnforced',
      }),
    ]);
    expect([...aws.world.kms.aliases.keys()].sort()).toEqual([
      destinationEnd.key,
      'arn:aws:kms:us-east-1:111111111111:alias/orders',
    ]);
  });

  it('names the region to S3, but never us-east-1', async () => {
    const gateway = localGateway(createLocalAws());

    await bootstrap(
      aDocument({ source: { region: 'us-east-1', key: 'arn:aws:kms:us-east-1:111111111111:alias/orders' } }),
      gateway,
    );

    const inputs = gateway.sent.filter(({ operation }) => operation === 's3:CreateBucket').map(({ input }) => input);
    expect(inputs).toEqual([
      { Bucket: 'orders' },
      { Bucket: 'orders-dr', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } },
    ]);
  });

  it('is enough for apply to do the rest, and then for silence', async () => {
    const gateway = localGateway(createLocalAws());
    await bootstrap(aDocument(), gateway);

    const [first] = await pass(aDocument(), gateway, true);
    const before = gateway.counts.writes;
    const second = await pass(aDocument(), gateway, true);

    expect(first?.outcomes.map(({ outcome }) => outcome)).not.toContain('failed');
    expect(leftOf(second)).toEqual([]);
    expect(gateway.counts.writes).toBe(before);
  });

  it('tells the ARN of every key it made', async () => {
    const aws = createLocalAws();

    const created = await bootstrap(aDocument(), localGateway(aws));

    expect(created.filter(({ kind }) => kind === 'key').map(({ arn }) => arn)).toEqual([...aws.world.kms.keys.keys()]);
  });

  /** Something that happens in the world just before an operation reaches it for the first time. */
  function justBefore(operation: string, happens: (aws: LocalAws) => Promise<unknown>): LocalAws {
    let isDue = true;
    const before = async (call: CallContext): Promise<undefined> => {
      if (call.operation !== operation || !isDue) return;
      isDue = false;
      await happens(aws);
    };
    const aws: LocalAws = createLocalAws({ interceptors: [{ before }] });
    return aws;
  }

  it('says so when a stranger takes the name meanwhile', async () => {
    const aws = justBefore('CreateBucket', (world) =>
      send(localGateway(world), '333333333333', 'eu-west-1', 's3:CreateBucket', { Bucket: 'orders', ...europe }),
    );

    const { problems } = await failureOf(bootstrap(aDocument(), localGateway(aws)));

    expect(problems).toEqual([
      {
        message:
          'The bucket name orders is taken: another AWS account has a bucket of that name. Choose another one in the document.',
      },
    ]);
  });

  it('goes on when the account itself made the bucket meanwhile', async () => {
    const aws = justBefore('CreateBucket', (world) =>
      atSource(localGateway(world), 's3:CreateBucket', { Bucket: 'orders', ...europe }),
    );

    expect(await bootstrap(aDocument(), localGateway(aws))).toHaveLength(4);
  });

  it('names the key that is left over when somebody gives the alias away meanwhile', async () => {
    const aws = justBefore('CreateAlias', async (world) => {
      const other = await atSource(localGateway(world), 'kms:CreateKey', {});
      await atSource(localGateway(world), 'kms:CreateAlias', { AliasName: 'alias/orders', TargetKeyId: other.KeyMetadata?.Arn });
    });

    const { problems } = await failureOf(bootstrap(aDocument(), localGateway(aws)));

    const [ours] = [...aws.world.kms.keys.values()].filter(({ description }) => description !== '');
    expect(problems).toEqual([
      {
        message: expect.stringContaining(
          `The key ${ours?.arn} was created, but meanwhile somebody gave the alias alias/orders to another key.`,
        ),
      },
    ]);
  });

  it('is content with an alias that an answer lost on its way had made already', async () => {
    const aws = justBefore('CreateAlias', async (world) => {
      const [key] = world.world.kms.keys.values();
      await atSource(localGateway(world), 'kms:CreateAlias', { AliasName: 'alias/orders', TargetKeyId: key?.arn });
    });

    expect(await bootstrap(aDocument(), localGateway(aws))).toHaveLength(4);
  });

  it('waits for a bucket of the name that is still being deleted', async () => {
    let refusals = 2;
    const before = (call: CallContext): undefined => {
      if (call.operation === 'CreateBucket' && refusals-- > 0)
        throw new AwsError('OperationAborted', 'A conflicting conditional operation is in progress.', 409);
    };

    expect(await bootstrap(aDocument(), localGateway(createLocalAws({ interceptors: [{ before }] })))).toHaveLength(4);
  });
});

describe('creating where AWS answers otherwise', () => {
  /** Answers one operation by itself, from its call number `from` on. */
  const answering = (aws: AwsGateway, operation: Operation, reply: object, from = 1): AwsGateway => {
    let count = 0;
    return {
      send: (call) => {
        if (call.operation === operation) count += 1;
        return call.operation === operation && count >= from ? Promise.resolve(reply as never) : aws.send(call);
      },
    };
  };
  const denied = { ok: false, error: { code: 'AccessDenied', message: 'not authorized', caller: 'me', status: 403 } };

  it.each([
    {
      because: 'nobody says whose credentials they are',
      operation: 'sts:GetCallerIdentity',
      reply: denied,
      says: 'sts:GetCallerIdentity',
    },
    { because: 'a key may not be created', operation: 'kms:CreateKey', reply: denied, says: 'kms:CreateKey' },
    { because: 'a key has no ARN', operation: 'kms:CreateKey', reply: { ok: true, output: {} }, says: 'without a key' },
  ] as const)('is told when $because', async ({ operation, reply, says }) => {
    const aws = localGateway(createLocalAws());

    const { problems } = await failureOf(bootstrap(aDocument(), answering(aws, operation, reply)));

    expect(problems[0]?.message).toContain(says);
  });

  it('stops with what it made when that may not be looked at', async () => {
    const aws = localGateway(createLocalAws());
    const gateway = answering(aws, 's3:HeadBucket', denied, 3);

    const { problems, created } = await failureOf(bootstrap(aDocument(), gateway));

    expect(problems[0]?.message).toContain('s3:HeadBucket');
    expect(created.map(({ name }) => name)).toEqual(['orders']);
  });

  it('takes the older of two keys that were left without their alias', async () => {
    const aws = createLocalAws();
    const gateway = localGateway(aws);
    const Description = 'S3 replication (alias/orders). Created by lockstep bootstrap.';
    const first = await atSource(gateway, 'kms:CreateKey', { Description });
    const second = await atSource(gateway, 'kms:CreateKey', { Description });
    for (const [seconds, { KeyMetadata }] of [first, second].entries()) {
      const key = aws.world.kms.keys.get(KeyMetadata?.Arn ?? '');
      if (key) Object.assign(key, { createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 60 - seconds)) });
    }

    const created = await bootstrap(aDocument(), gateway);

    expect(created.find(({ name }) => name === sourceEnd.key)?.arn).toBe(second.KeyMetadata?.Arn);
  });
});

describe('a bootstrap that broke off', () => {
  const refuse = (operation: string): LocalAws =>
    createLocalAws({
      interceptors: [
        {
          before: (call) => {
            if (call.operation === operation) throw new AwsError('AccessDeniedException', 'not authorized to perform this', 400);
            return undefined;
          },
        },
      ],
    });

  it('says what it had created, and which key has no alias yet', async () => {
    const aws = refuse('CreateAlias');

    const { problems, created } = await failureOf(bootstrap(aDocument(), localGateway(aws)));

    const [key] = aws.world.kms.keys.keys();
    expect(created.map(({ name }) => name)).toEqual(['orders', 'orders-dr']);
    expect(problems).toEqual([
      {
        message: expect.stringMatching(`^The key ${key} was created, but its alias alias/orders was not: .*Run bootstrap again`),
        denied: true,
      },
    ]);
  });

  it('creates no second key when it cannot tell whether one was left over', async () => {
    const aws = refuse('ListAliases');

    const { problems } = await failureOf(bootstrap(aDocument(), localGateway(aws)));

    expect(problems).toEqual([{ message: expect.stringContaining('kms:ListAliases'), denied: true }]);
    expect(aws.world.kms.keys.size).toBe(0);
  });

  /** Ends the process, so to speak, before or after its call number `at`. */
  function dying(aws: LocalGateway, at: number, afterwards: boolean): AwsGateway {
    let count = 0;
    return {
      send: async (call) => {
        count += 1;
        if (count > at) throw new Error('killed');
        if (count === at && !afterwards) throw new Error('killed');
        const reply = await aws.send(call);
        if (count >= at) throw new Error('killed');
        return reply;
      },
    };
  }

  it('ends as if nothing had happened when it is run again, wherever it was killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.boolean(), async (at, afterwards) => {
        const aws = createLocalAws();
        const gateway = localGateway(aws);
        await bootstrap(aDocument(), dying(gateway, at, afterwards)).catch(() => undefined);

        await bootstrap(aDocument(), gateway);

        expect([...aws.world.s3.buckets.keys()].sort()).toEqual(['orders', 'orders-dr']);
        expect(aws.world.kms.keys.size, 'no key is left over').toBe(2);
        expect([...aws.world.kms.aliases.keys()].sort()).toEqual([destinationEnd.key, sourceEnd.key].sort());
      }),
      { numRuns: 40 },
    );
  });

  const others: readonly {
    because: string;
    key: Input<'kms:CreateKey'>;
    afterwards?: (aws: LocalGateway, arn: string) => Promise<unknown>;
  }[] = [
    { because: 'it was not made by bootstrap', key: { Description: 'orders' } },
    {
      because: 'it was made for another alias',
      key: { Description: 'S3 replication (alias/orders-old). Created by lockstep bootstrap.' },
    },
    {
      because: 'it has an alias already',
      key: { Description: 'S3 replication (alias/orders). Created by lockstep bootstrap.' },
      afterwards: (aws, arn) => atSource(aws, 'kms:CreateAlias', { AliasName: 'alias/renamed', TargetKeyId: arn }),
    },
  ];

  it.each(others)('leaves a key alone when $because', async ({ key, afterwards = async () => {} }) => {
    const aws = createLocalAws();
    const gateway = localGateway(aws);
    const arn = (await atSource(gateway, 'kms:CreateKey', key)).KeyMetadata?.Arn ?? '';
    await afterwards(gateway, arn);

    await bootstrap(aDocument(), gateway);

    expect((await atSource(gateway, 'kms:DescribeKey', { KeyId: sourceEnd.key })).KeyMetadata?.Arn).not.toBe(arn);
  });

  it('finds its key among many, with or without alias', async () => {
    const aws = createLocalAws();
    const gateway = localGateway(aws);
    for (let index = 0; index < 120; index++) {
      const { KeyMetadata } = await atSource(gateway, 'kms:CreateKey', { Description: `other ${index}` });
      await atSource(gateway, 'kms:CreateAlias', { AliasName: `alias/other-${index}`, TargetKeyId: KeyMetadata?.Arn });
    }
    const ours = { Description: 'S3 replication (alias/orders). Created by lockstep bootstrap.' };
    const renamed = await atSource(gateway, 'kms:CreateKey', ours);
    await atSource(gateway, 'kms:CreateAlias', { AliasName: 'alias/renamed', TargetKeyId: renamed.KeyMetadata?.Arn });
    const left = await atSource(gateway, 'kms:CreateKey', ours);

    await bootstrap(aDocument(), gateway);

    expect((await atSource(gateway, 'kms:DescribeKey', { KeyId: sourceEnd.key })).KeyMetadata?.Arn).toBe(left.KeyMetadata?.Arn);
  });
});

describe('the law that only bootstrap creates', () => {
  it.each(['s3:CreateBucket', 'kms:CreateKey', 'kms:CreateAlias'])('holds for %s: no aspect asks for it', (action) => {
    expect(aspects.filter(({ permissions }) => permissions.write.includes(action))).toEqual([]);
  });
});
