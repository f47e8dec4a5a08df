import { describe, expect, it } from 'vitest';
import { removeStack } from '../../infra/sandbox/stacks/deploy.ts';
import {
  allow,
  aParameter,
  aQueue,
  aRegion,
  destination,
  failureOf,
  here,
  hole,
  inventory,
  refs,
  region,
  source,
  trustOf,
} from './stacks-support.ts';

const sections = {
  Parameters: {
    Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'live'] },
    Names: { Type: 'CommaDelimitedList', Default: 'one, two,three' },
    Size: { Type: 'Number', Default: 3, MinValue: 1, MaxValue: 5 },
  },
  Mappings: { Regions: { [region]: { short: 'ew1' }, 'us-east-1': { short: 'ue1' } } },
  Conditions: {
    IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
    IsLive: { 'Fn::Not': [{ Condition: 'IsTest' }] },
    IsThree: { 'Fn::Equals': [{ Ref: 'Size' }, 3] },
    Both: { 'Fn::And': [{ Condition: 'IsTest' }, { Condition: 'IsThree' }] },
    Either: {
      'Fn::Or': [
        { Condition: 'IsLive' },
        { 'Fn::Equals': [{ 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'short'] }, 'ew1'] },
      ],
    },
    Neither: { 'Fn::And': [{ Condition: 'IsLive' }, { Condition: 'IsThree' }] },
  },
};

describe('functions of templates', () => {
  const queueArn = `arn:aws:sqs:${region}:${source}:jobs`;
  const cases: readonly { because: string; value: unknown; is: string }[] = [
    { because: 'Ref of a parameter', value: { Ref: 'Stage' }, is: 'test' },
    { because: 'Ref of a queue is its URL', value: { Ref: 'Jobs' }, is: `https://sqs.${region}.amazonaws.com/${source}/jobs` },
    { because: 'Ref of the account', value: { Ref: 'AWS::AccountId' }, is: source },
    { because: 'Ref of the stack', value: { Ref: 'AWS::StackName' }, is: 'test' },
    { because: 'GetAtt as a list', value: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, is: queueArn },
    { because: 'GetAtt as a text', value: { 'Fn::GetAtt': 'Jobs.QueueName' }, is: 'jobs' },
    {
      because: 'Sub of all kinds',
      value: { 'Fn::Sub': `${hole('Stage')} ${hole('AWS::Region')} ${hole('Jobs.Arn')} ${hole('!Literal')}` },
      is: `test ${region} ${queueArn} \${Literal}`,
    },
    {
      because: 'Sub with values of its own first',
      value: { 'Fn::Sub': [`${hole('Stage')}-${hole('Mine')}`, { Stage: 'own', Mine: { Ref: 'Size' } }] },
      is: 'own-3',
    },
    {
      because: 'Join of texts and functions',
      value: { 'Fn::Join': ['/', ['a', { Ref: 'Stage' }, { Ref: 'AWS::Partition' }]] },
      is: 'a/test/aws',
    },
    { because: 'Join leaves NoValue out', value: { 'Fn::Join': [',', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, is: 'a,b' },
    { because: 'Join of a list parameter', value: { 'Fn::Join': ['+', { Ref: 'Names' }] }, is: 'one+two+three' },
    {
      because: 'Select from a split text',
      value: { 'Fn::Select': ['5', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Jobs', 'Arn'] }] }] },
      is: 'jobs',
    },
    { because: 'If takes the first when it holds', value: { 'Fn::If': ['IsTest', 'yes', { Ref: 'Nowhere' }] }, is: 'yes' },
    { because: 'If takes the second when not', value: { 'Fn::If': ['IsLive', { Ref: 'Nowhere' }, 'no'] }, is: 'no' },
    { because: 'And of two that hold', value: { 'Fn::If': ['Both', 'yes', 'no'] }, is: 'yes' },
    { because: 'Or of one that holds', value: { 'Fn::If': ['Either', 'yes', 'no'] }, is: 'yes' },
    { because: 'And of one that does not', value: { 'Fn::If': ['Neither', 'yes', 'no'] }, is: 'no' },
    { because: 'FindInMap', value: { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'short'] }, is: 'ew1' },
    { because: 'Base64', value: { 'Fn::Base64': { Ref: 'Stage' } }, is: 'dGVzdA==' },
    {
      because: 'a function within a text of JSON',
      value: { 'Fn::Sub': [`{"a":"${hole('B')}"}`, { B: { 'Fn::Select': [1, { Ref: 'Names' }] } }] },
      is: '{"a":"two"}',
    },
  ];

  it.each(cases)('give the value of $because', async ({ value, is }) => {
    const { deploy } = aRegion();

    const stack = await deploy({ Jobs: aQueue({ QueueName: 'jobs' }), It: aParameter(value) }, { sections });

    expect(stack.resources.get('It')?.attributes.Value).toBe(is);
  });

  it('leave out a property that is NoValue', async () => {
    const { deploy, call } = aRegion();

    const stack = await deploy({
      It: aParameter('x', { Properties: { Type: 'String', Value: 'x', Description: { Ref: 'AWS::NoValue' } } }),
    });

    const { Parameters } = await call('ssm:DescribeParameters', {});
    expect(Parameters).toMatchObject([{ Name: stack.resources.get('It')?.id }]);
    expect(Parameters).not.toMatchObject([{ Description: expect.anything() }]);
  });
});

describe('a template that cannot be', () => {
  const It = aParameter('x');
  const cases: readonly { because: string; resources: object; more?: object; says: RegExp }[] = [
    {
      because: 'it has a function nobody knows',
      resources: { It: aParameter({ 'Fn::GetAZs': '' }) },
      says: /Resource It: .*does not know the function Fn::GetAZs/,
    },
    {
      because: 'it has a type nobody knows',
      resources: { It: { Type: 'AWS::EC2::Instance' } },
      says: /Resource It: .*Unrecognized resource types: \[AWS::EC2::Instance\]/,
    },
    {
      because: 'it has a custom resource',
      resources: { It: { Type: 'Custom::Thing' } },
      says: /Unrecognized resource types: \[Custom::Thing\]/,
    },
    {
      because: 'it has a property nobody knows',
      resources: { It: aQueue({ Colour: 'red' }) },
      says: /Resource It \(AWS::SQS::Queue\): Encountered unsupported property Colour/,
    },
    {
      because: 'it refers to nothing',
      resources: { It: aParameter({ Ref: 'Nothing' }) },
      says: /Unresolved resource dependencies \[Nothing\].*resource It/,
    },
    {
      because: 'it depends on nothing',
      resources: { It: aParameter('x', { DependsOn: 'Nothing' }) },
      says: /Unresolved resource dependencies \[Nothing\].*DependsOn of resource It/,
    },
    {
      because: 'it goes in a circle',
      resources: {
        A: aParameter(refs.ref('B')),
        B: aParameter(refs.ref('C')),
        C: aParameter('x', { DependsOn: ['B'] }),
        D: aParameter(refs.ref('A')),
      },
      says: /Circular dependency between resources: \[B, C\]/,
    },
    {
      because: 'it refers to what its condition leaves out',
      resources: { A: aParameter('x', { Condition: 'IsLive' }), B: aParameter(refs.ref('A')) },
      says: /Unresolved resource dependencies \[A\]/,
    },
    {
      because: 'an output refers to nothing',
      resources: { It },
      more: { sections: { Outputs: { Out: { Value: refs.arn('Nothing') } } } },
      says: /Unresolved resource dependencies \[Nothing\] in the Outputs block.*output Out/,
    },
    {
      because: 'a condition depends on itself, though nobody asks',
      resources: { It },
      more: { sections: { Conditions: { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } } } },
      says: /the condition A depends on itself/,
    },
    {
      because: 'its condition is nowhere',
      resources: { It: aParameter('x', { Condition: 'Nowhere' }) },
      says: /unresolved condition dependency Nowhere/,
    },
    {
      because: 'its parameter is not allowed',
      resources: { It },
      more: { parameters: { Stage: 'other' } },
      says: /Parameter Stage failed to satisfy constraint.*\[test, live\]/,
    },
    {
      because: 'its parameter is too large',
      resources: { It },
      more: { parameters: { Size: '6' } },
      says: /Parameter Size failed to satisfy constraint/,
    },
    {
      because: 'its parameter does not exist',
      resources: { It },
      more: { parameters: { Other: 'x' } },
      says: /Parameters: \[Other\] do not exist in the template/,
    },
    {
      because: 'it has a section nobody knows',
      resources: { It },
      more: { sections: { Transform: 'AWS::Serverless' } },
      says: /Invalid template property or properties \[Transform\]/,
    },
    { because: 'it makes nothing', resources: {}, says: /At least one Resources member must be defined/ },
    {
      because: 'a fate of a resource is nobody knows what',
      resources: { It: aParameter('x', { DeletionPolicy: 'Snapshot' }) },
      says: /Resource It: .*"Snapshot"/,
    },
  ];

  it.each(cases)('is refused when $because, before anything is made', async ({ resources, more = {}, says }) => {
    const { aws, deploy } = aRegion();

    const failure = await failureOf(
      deploy({ ...(Object.keys(resources).length > 0 && { First: aQueue() }), ...resources }, { sections, ...more }),
    );

    expect(failure.name).toBe('InvalidTemplate');
    expect(failure.message).toMatch(says);
    expect(inventory(aws).queues).toBe(0);
  });

  it.each([
    {
      because: 'an attribute is nobody knows what',
      value: { 'Fn::GetAtt': ['First', 'Colour'] },
      says: /resource First does not support attribute type Colour/,
    },
    {
      because: 'a mapping has no such entry',
      value: { 'Fn::FindInMap': ['Regions', 'nowhere', 'short'] },
      says: /Unable to get mapping for Regions::nowhere::short/,
    },
    { because: 'nobody exports it', value: { 'Fn::ImportValue': 'theirs' }, says: /No export named theirs found/ },
    { because: 'a list is too short', value: { 'Fn::Select': [3, { Ref: 'Names' }] }, says: /nonexistent value at index 3/ },
    { because: 'a list is joined to a text', value: { 'Fn::Join': ['', [{ Ref: 'Names' }]] }, says: /Fn::Join takes a text/ },
  ])('is rolled back when it shows only on the way that $because', async ({ value, says }) => {
    const { aws, deploy } = aRegion();

    const failure = await failureOf(deploy({ First: aQueue(), It: aParameter(value, { DependsOn: 'First' }) }, { sections }));

    expect(failure).toMatchObject({ name: 'StackFailed', logicalId: 'It', status: 'ROLLBACK_COMPLETE' });
    expect(failure.message).toMatch(says);
    expect(inventory(aws).queues).toBe(0);
  });
});

describe('making a stack', () => {
  it('goes by references and DependsOn, not by the order of writing', async () => {
    const { aws, deploy } = aRegion();

    const stack = await deploy({
      Last: aParameter({ 'Fn::Sub': `${hole('Middle')} ${hole('Queue.Arn')}` }),
      Middle: aParameter('x', { DependsOn: 'Queue' }),
      Queue: aQueue(),
    });

    expect([...stack.resources.keys()]).toEqual(['Queue', 'Middle', 'Last']);
    expect(aws.calls.filter(({ operation }) => /Create|Put/.test(operation)).map(({ operation }) => operation)).toEqual([
      'CreateQueue',
      'PutParameter',
      'PutParameter',
    ]);
  });

  it('names what has no name after the stack and its logical id', async () => {
    const { deploy } = aRegion();

    const stack = await deploy({ Queue: aQueue(), Ordered: aQueue({ FifoQueue: true }) }, { stackName: 'orders' });

    expect(stack.resources.get('Queue')?.attributes.QueueName).toMatch(/^orders-Queue-[A-Z0-9]{12}$/);
    expect(stack.resources.get('Ordered')?.attributes.QueueName).toMatch(/^orders-Ordered-[A-Z0-9]{12}\.fifo$/);
  });

  it('leaves out what a condition leaves out, and gives the outputs that hold', async () => {
    const { deploy } = aRegion();
    const Outputs = {
      Always: { Value: refs.ref('Kept'), Export: { Name: { 'Fn::Sub': `${hole('AWS::StackName')}-kept` } } },
      Never: { Value: refs.ref('Left'), Condition: 'IsLive' },
    };
    const resources = {
      Kept: aParameter('x', { Properties: { Type: 'String', Value: 'x', Name: 'kept' } }),
      Left: aQueue({}, { Condition: 'IsLive' }),
    };

    const stack = await deploy(
      { ...resources, After: aParameter('x', { DependsOn: 'Left' }) },
      { sections: { ...sections, Outputs } },
    );

    expect([...stack.resources.keys()]).toEqual(['Kept', 'After']);
    expect(stack.outputs).toEqual({ Always: 'kept' });
  });

  it('takes numbers and truth values that are written as text', async () => {
    const { deploy, call } = aRegion();

    const stack = await deploy({ Queue: aQueue({ VisibilityTimeout: '60', SqsManagedSseEnabled: 'false' }) });

    const { Attributes } = await call('sqs:GetQueueAttributes', {
      QueueUrl: stack.resources.get('Queue')?.id,
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '60', SqsManagedSseEnabled: 'false' });
  });

  it('takes parameters from Parameter Store, and does without what CDK writes about bootstrapping', async () => {
    const { deploy, call } = aRegion();
    await call('ssm:PutParameter', { Name: '/mine', Type: 'String', Value: 'stored' });
    const Parameters = {
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      Mine: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/mine' },
    };
    const Rules = {
      CheckBootstrapVersion: {
        Assertions: [{ Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1'], { Ref: 'BootstrapVersion' }] }] } }],
      },
    };

    const stack = await deploy({ It: aParameter(refs.ref('Mine')) }, { sections: { Parameters, Rules } });

    expect(stack.resources.get('It')?.attributes.Value).toBe('stored');
    const missing = deploy({ It: aParameter(refs.ref('Mine')) }, { sections: { Parameters }, parameters: { Mine: '/none' } });
    expect((await failureOf(missing)).message).toMatch(/Unable to fetch parameters \[\/none\]/);
  });

  it('undoes what was made when something fails, names it, and leaves what is to be retained', async () => {
    const { aws, deploy } = aRegion();
    const resources = {
      Kept: aQueue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
      Gone: aQueue({ QueueName: 'gone' }, { DeletionPolicy: 'RetainExceptOnCreate', DependsOn: 'Kept' }),
      Bad: aQueue({ VisibilityTimeout: 999_999 }, { DependsOn: 'Gone' }),
    };

    const failure = await failureOf(deploy(resources));

    expect(failure).toMatchObject({
      name: 'StackFailed',
      logicalId: 'Bad',
      status: 'ROLLBACK_COMPLETE',
      left: [{ logicalId: 'Kept' }],
    });
    expect(failure.message).toContain('Stack test in 111111111111, eu-west-1: Bad (AWS::SQS::Queue) CREATE_FAILED: ');
    expect([...aws.world.sqs.queues.values()].map(({ name }) => name)).toEqual(['kept']);
  });
});

describe('a rollback', () => {
  const bound = {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { ManagedPolicyName: 'bound', PolicyDocument: allow('s3:GetObject', '*') },
  };
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: trustOf('events.amazonaws.com'), PermissionsBoundary: refs.ref('Bound') },
  };

  it('goes back the way it came, so that nothing is in the way of anything', async () => {
    const { aws, deploy } = aRegion();

    const failure = await failureOf(
      deploy({ Bound: bound, Role: role, Bad: aQueue({ DelaySeconds: -1 }, { DependsOn: 'Role' }) }),
    );

    expect(failure).toMatchObject({ logicalId: 'Bad', status: 'ROLLBACK_COMPLETE' });
    expect(aws.world.iam.accounts.get(source)?.policies.size).toBe(0);
  });

  it('says when something stood in its way', async () => {
    const { aws, deploy, call } = aRegion();
    aws.onCall(({ operation }) => {
      if (operation !== 'CreatePolicy') return;
      const PermissionsBoundary = `arn:aws:iam::${source}:policy/bound`;
      void call('iam:CreateUser', { UserName: 'someone', PermissionsBoundary });
    });

    const failure = await failureOf(deploy({ Bound: bound, Bad: aQueue({ DelaySeconds: -1 }, { DependsOn: 'Bound' }) }));

    expect(failure).toMatchObject({ logicalId: 'Bad', status: 'ROLLBACK_FAILED' });
    expect(failure.message).toMatch(/ROLLBACK_FAILED: Cannot delete a policy attached to entities/);
  });
});

describe('exports', () => {
  const exporting = (Value: string) => ({
    sections: { Outputs: { Out: { Value, Export: { Name: 'shared' } } } },
    stackName: 'exporter',
  });
  const importing = { It: aParameter({ 'Fn::ImportValue': 'shared' }) };

  it('are there for the stacks of the same account and region', async () => {
    const { deploy } = aRegion();
    await deploy({ Queue: aQueue() }, exporting('one'));

    const stack = await deploy(importing);

    expect(stack.resources.get('It')?.attributes.Value).toBe('one');
    const elsewhere = deploy(importing, { account: destination });
    expect((await failureOf(elsewhere)).message).toMatch(/No export named shared found/);
  });

  it('stay as they are, and stay, while somebody imports them', async () => {
    const { aws, deploy } = aRegion();
    const exporter = await deploy({ Queue: aQueue() }, exporting('one'));
    const importer = await deploy(importing);

    expect((await failureOf(deploy({ Queue: aQueue() }, exporting('two')))).message).toMatch(
      /Cannot update export shared as it is in use by test/,
    );
    expect((await failureOf(removeStack(aws, exporter))).message).toMatch(/Cannot delete export shared as it is in use by test/);
    await removeStack(aws, importer);
    expect(await removeStack(aws, exporter)).toEqual([]);
  });

  it('are of one stack each', async () => {
    const { deploy } = aRegion();
    await deploy({ Queue: aQueue() }, exporting('one'));

    const failure = await failureOf(deploy({ Queue: aQueue() }, { ...exporting('one'), stackName: 'other' }));

    expect(failure.message).toMatch(/Export with name shared is already exported by stack exporter/);
  });
});

describe('changing a stack', () => {
  const told = (aws: ReturnType<typeof aRegion>['aws'], from: number) => aws.calls.slice(from).map(({ operation }) => operation);

  it('does nothing when nothing changed', async () => {
    const { aws, deploy } = aRegion();
    const resources = { Queue: aQueue({ VisibilityTimeout: 60 }), It: aParameter(refs.arn('Queue')) };
    const first = await deploy(resources);
    const calls = aws.calls.length;

    const second = await deploy(resources);

    expect(told(aws, calls)).toEqual([]);
    expect(second).toEqual(first);
  });

  it('changes in place what can be changed', async () => {
    const { aws, deploy, call } = aRegion();
    const first = await deploy({ Queue: aQueue({ VisibilityTimeout: 60, DelaySeconds: 5, Tags: [{ Key: 'a', Value: '1' }] }) });
    const calls = aws.calls.length;

    const second = await deploy({ Queue: aQueue({ VisibilityTimeout: 90, Tags: [{ Key: 'b', Value: '2' }] }) });

    expect(second.resources.get('Queue')).toEqual(first.resources.get('Queue'));
    expect(told(aws, calls)).not.toContain('CreateQueue');
    const QueueUrl = second.resources.get('Queue')?.id;
    const { Attributes } = await call('sqs:GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '90', DelaySeconds: '0' });
    expect(await call('sqs:ListQueueTags', { QueueUrl })).toMatchObject({ Tags: { b: '2' } });
  });

  it('replaces what cannot, tells those who refer to it, and then removes the old one', async () => {
    const { aws, deploy } = aRegion();
    await deploy({ Queue: aQueue({ QueueName: 'old' }), It: aParameter(refs.arn('Queue')) });

    const second = await deploy({ Queue: aQueue({ QueueName: 'new' }), It: aParameter(refs.arn('Queue')) });

    expect([...aws.world.sqs.queues.values()].map(({ name }) => name)).toEqual(['new']);
    expect(second.resources.get('It')?.attributes.Value).toBe(`arn:aws:sqs:${region}:${source}:new`);
  });

  it('removes what the template no longer has, but for what is retained', async () => {
    const { aws, deploy } = aRegion();
    await deploy({
      Queue: aQueue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
      Other: aQueue({ QueueName: 'gone' }),
      It: aParameter('x'),
    });

    const second = await deploy({ It: aParameter('x') });

    expect([...aws.world.sqs.queues.values()].map(({ name }) => name)).toEqual(['kept']);
    expect(second.left).toMatchObject([{ logicalId: 'Queue', because: 'its DeletionPolicy is Retain' }]);
  });

  it('does not replace what has a name of its own under that name', async () => {
    const { deploy } = aRegion();
    await deploy({ Queue: aQueue({ QueueName: 'jobs.fifo', FifoQueue: true }) });

    const failure = await failureOf(deploy({ Queue: aQueue({ QueueName: 'jobs.fifo' }) }));

    expect(failure.message).toMatch(/custom-named resource requires replacing. Rename jobs.fifo/);
  });

  it('goes back to what was when something fails', async () => {
    const { aws, deploy, call } = aRegion();
    const before = await deploy({
      Queue: aQueue({ QueueName: 'jobs', VisibilityTimeout: 60 }),
      Old: aQueue({ QueueName: 'old' }),
    });

    const failure = await failureOf(
      deploy({
        Queue: aQueue({ QueueName: 'jobs', VisibilityTimeout: 90 }),
        Old: aQueue({ QueueName: 'new' }),
        Bad: aQueue({ VisibilityTimeout: -1 }, { DependsOn: ['Queue', 'Old'] }),
      }),
    );

    expect(failure).toMatchObject({ logicalId: 'Bad', status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect([...aws.world.sqs.queues.values()].map(({ name }) => name).sort()).toEqual(['jobs', 'old']);
    const { Attributes } = await call('sqs:GetQueueAttributes', {
      QueueUrl: before.resources.get('Queue')?.id,
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '60' });
    const again = await deploy({
      Queue: aQueue({ QueueName: 'jobs', VisibilityTimeout: 60 }),
      Old: aQueue({ QueueName: 'old' }),
    });
    expect(again.resources).toEqual(before.resources);
  });
});

describe('removing a stack', () => {
  it('takes away all but what is to be retained, and says what it left', async () => {
    const { aws, deploy } = aRegion();
    const stack = await deploy({ Kept: aQueue({}, { DeletionPolicy: 'Retain' }), Gone: aQueue(), It: aParameter('x') });

    const left = await removeStack(aws, stack);

    expect(left).toMatchObject([{ logicalId: 'Kept', type: 'AWS::SQS::Queue', because: 'its DeletionPolicy is Retain' }]);
    expect(inventory(aws).queues).toBe(1);
    expect(await removeStack(aws, stack)).toEqual([]);
  });

  it('does not mind what somebody else has taken away already', async () => {
    const { aws, deploy, call } = aRegion();
    const stack = await deploy({ Queue: aQueue(), It: aParameter('x') });
    await call('sqs:DeleteQueue', { QueueUrl: stack.resources.get('Queue')?.id });
    await call('ssm:DeleteParameter', { Name: stack.resources.get('It')?.id });

    expect(await removeStack(aws, stack)).toEqual([]);
  });

  it('can be gone on with when what stood in the way is gone', async () => {
    const { aws, deploy, call } = aRegion();
    const PolicyDocument = allow('s3:GetObject', '*');
    const stack = await deploy({
      Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument } },
      Queue: aQueue(),
    });
    const PolicyArn = stack.resources.get('Boundary')?.id;
    await call('iam:CreateUser', { UserName: 'someone', PermissionsBoundary: PolicyArn });

    expect(await removeStack(aws, stack)).toMatchObject([{ logicalId: 'Boundary', because: expect.stringMatching(/attached/) }]);
    await call('iam:DeleteUser', { UserName: 'someone' });
    expect(await removeStack(aws, stack)).toEqual([]);
    await expect(call('iam:GetPolicy', { PolicyArn })).rejects.toThrow(/not found/);
  });

  it('is of the stack that is meant, in the place that is meant', async () => {
    const { aws, deploy } = aRegion();
    const stack = await deploy({ Queue: aQueue({ QueueName: 'jobs' }) });
    await deploy({ Queue: aQueue({ QueueName: 'jobs' }) }, { account: destination });

    await removeStack(aws, { ...here, id: stack.id });

    expect([...aws.world.sqs.queues.values()].map(({ account }) => account)).toEqual([destination]);
  });
});
