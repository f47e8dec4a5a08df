import * as ssm from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { aClock, clientsOf, destination, freshAws, refusalOf, source } from './front-clients.ts';

const fresh = () => clientsOf(freshAws()).ssm;
const name = '/lockstep/desired-state/orders';

const put = (client: ssm.SSMClient, more: Partial<ssm.PutParameterCommandInput> = {}) =>
  client.send(new ssm.PutParameterCommand({ Name: name, Value: 'v', Type: 'String', ...more }));
const overwrite = (client: ssm.SSMClient, Value: string, more: Partial<ssm.PutParameterCommandInput> = {}) =>
  client.send(new ssm.PutParameterCommand({ Name: name, Value, Overwrite: true, ...more }));
const get = async (client: ssm.SSMClient, Name = name) => (await client.send(new ssm.GetParameterCommand({ Name }))).Parameter;

describe('a parameter', () => {
  it('is read back as it was put', async () => {
    const clock = aClock();
    const client = clientsOf(freshAws({ clock })).ssm;

    expect(await put(client, { Value: '{"ü":"<&>"}' })).toMatchObject({ Version: 1, Tier: 'Standard' });
    expect(await get(client)).toEqual({
      Name: name,
      Type: 'String',
      Value: '{"ü":"<&>"}',
      Version: 1,
      LastModifiedDate: new Date('2026-01-01T00:00:00Z'),
      ARN: `arn:aws:ssm:eu-west-1:${source}:parameter${name}`,
      DataType: 'text',
    });
  });

  it('lives in one region of one account', async () => {
    const aws = freshAws();
    await put(clientsOf(aws).ssm);

    for (const elsewhere of [clientsOf(aws, source, 'eu-central-1').ssm, clientsOf(aws, destination).ssm]) {
      expect(await refusalOf(get(elsewhere))).toMatchObject({ code: 'ParameterNotFound', status: 400 });
    }
  });

  it('is overwritten only when asked, and counts its versions', async () => {
    const client = fresh();
    await put(client);

    expect(await refusalOf(put(client, { Value: 'w' }))).toEqual({
      code: 'ParameterAlreadyExists',
      status: 400,
      message: 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    });
    expect((await overwrite(client, 'w')).Version).toBe(2);
    expect(await get(client)).toMatchObject({ Value: 'w', Version: 2, Type: 'String' });
    expect(await get(client, `${name}:1`)).toMatchObject({ Value: 'v', Version: 1, Selector: ':1' });
    expect(await refusalOf(get(client, `${name}:3`))).toMatchObject({ code: 'ParameterVersionNotFound' });
    expect(await get(client, `arn:aws:ssm:eu-west-1:${source}:parameter${name}:1`)).toMatchObject({ Value: 'v' });
  });

  it('hides a secret from those who do not ask for it', async () => {
    const client = fresh();
    await put(client, { Type: 'SecureString', Value: 'secret' });
    const read = async (WithDecryption: boolean) =>
      (await client.send(new ssm.GetParameterCommand({ Name: name, WithDecryption }))).Parameter?.Value;

    expect(await read(false)).not.toContain('secret');
    expect(await read(true)).toBe('secret');
  });

  it.each([
    { tier: undefined, bytes: 4096, lands: 'Standard' },
    { tier: 'Advanced' as const, bytes: 1, lands: 'Advanced' },
    { tier: 'Advanced' as const, bytes: 8192, lands: 'Advanced' },
    { tier: 'Intelligent-Tiering' as const, bytes: 4096, lands: 'Standard' },
    { tier: 'Intelligent-Tiering' as const, bytes: 4097, lands: 'Advanced' },
  ])('of $bytes bytes with tier $tier lands in $lands', async ({ tier, bytes, lands }) => {
    expect((await put(fresh(), { Tier: tier, Value: 'x'.repeat(bytes) })).Tier).toBe(lands);
  });

  it.each([
    {
      because: 'a standard value is over 4 KB',
      input: { Value: 'x'.repeat(4097) },
      code: 'ValidationException',
      message: 'Standard tier parameters support a maximum parameter value of 4096 characters.',
    },
    {
      because: 'bytes count, not characters',
      input: { Value: 'ü'.repeat(2049) },
      code: 'ValidationException',
      message: 'maximum parameter value of 4096',
    },
    {
      because: 'an advanced value is over 8 KB',
      input: { Tier: 'Advanced' as const, Value: 'x'.repeat(8193) },
      code: 'ValidationException',
      message: 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    },
    {
      because: 'any value is over 8 KB',
      input: { Tier: 'Intelligent-Tiering' as const, Value: 'x'.repeat(8193) },
      code: 'ValidationException',
      message: '8192',
    },
    {
      because: 'it would nest another parameter',
      input: { Value: 'a {{ssm:other}} b' },
      code: 'ValidationException',
      message: '{{}}',
    },
    { because: 'it is empty', input: { Value: '' }, code: 'ValidationException', message: "at 'value'" },
    {
      because: 'it has no type',
      input: { Type: undefined },
      code: 'ValidationException',
      message: 'A parameter type is required when you create a parameter.',
    },
    {
      because: 'its type is unknown',
      input: { Type: 'Text' as ssm.ParameterType },
      code: 'ValidationException',
      message: 'enum value set: [String, StringList, SecureString]',
    },
    {
      because: 'it does not match its pattern',
      input: { Value: 'ab1', AllowedPattern: '[a-z]+' },
      code: 'ParameterPatternMismatchException',
      message: '[a-z]+',
    },
    { because: 'its pattern is none', input: { AllowedPattern: '[' }, code: 'InvalidAllowedPatternException', message: '[' },
    {
      because: 'its name holds a blank',
      input: { Name: '/a b' },
      code: 'ValidationException',
      message: 'unsupported characters',
    },
    {
      because: 'its name is a path without its first slash',
      input: { Name: 'a/b' },
      code: 'ValidationException',
      message: 'fully qualified name',
    },
    { because: 'its name ends in a slash', input: { Name: '/a/' }, code: 'ValidationException', message: 'must not end' },
    {
      because: 'its name begins with aws',
      input: { Name: '/AWS-x/y' },
      code: 'AccessDeniedException',
      message: 'No access to reserved parameter name: /AWS-x/y.',
    },
    { because: 'its name begins with ssm', input: { Name: 'ssmX' }, code: 'ValidationException', message: '"ssm"' },
    {
      because: 'its name has 16 levels',
      input: { Name: '/a'.repeat(16) },
      code: 'HierarchyLevelLimitExceededException',
      message: '15',
    },
    { because: 'its name is too long', input: { Name: `/${'a'.repeat(1000)}` }, code: 'ValidationException', message: '1011' },
    {
      because: 'tags come with an overwrite',
      input: { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      code: 'ValidationException',
      message: "tags and overwrite can't be used together",
    },
  ])('is refused when $because, and nothing is kept', async ({ input, code, message }) => {
    const client = fresh();

    expect(await refusalOf(put(client, input))).toMatchObject({ code, status: 400, message: expect.stringContaining(message) });
    expect((await client.send(new ssm.DescribeParametersCommand({}))).Parameters).toEqual([]);
  });

  it('never goes back to the standard tier', async () => {
    const client = fresh();
    await put(client, { Tier: 'Advanced' });

    expect(await refusalOf(overwrite(client, 'w', { Tier: 'Standard' }))).toMatchObject({
      message: expect.stringContaining("can't downgrade"),
    });
    expect((await overwrite(client, 'w')).Tier).toBe('Advanced');
  });

  it('keeps 100 versions, and stops at one that is labelled', async () => {
    const client = fresh();
    const history = async () => {
      const pages = ssm.paginateGetParameterHistory({ client }, { Name: name });
      return (await Array.fromAsync(pages)).flatMap(({ Parameters }) => Parameters?.map(({ Version }) => Version) ?? []);
    };
    await put(client);
    for (let version = 2; version <= 101; version += 1) await overwrite(client, String(version));

    expect(await history()).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
    await client.send(new ssm.LabelParameterVersionCommand({ Name: name, ParameterVersion: 2, Labels: ['keep'] }));
    expect(await refusalOf(overwrite(client, 'w'))).toMatchObject({
      code: 'ParameterMaxVersionLimitExceeded',
      message: expect.stringContaining('Version 2'),
    });
    await client.send(new ssm.LabelParameterVersionCommand({ Name: name, Labels: ['keep'] }));
    expect(await get(client, `${name}:keep`)).toMatchObject({ Version: 101 });
    expect((await overwrite(client, 'w')).Version).toBe(102);
  });

  it('is deleted, once', async () => {
    const client = fresh();
    await put(client);
    const remove = () => client.send(new ssm.DeleteParameterCommand({ Name: name }));

    await remove();

    expect(await refusalOf(remove())).toMatchObject({ code: 'ParameterNotFound' });
    expect((await put(client)).Version).toBe(1);
  });

  it('carries tags', async () => {
    const client = fresh();
    const on = { ResourceType: 'Parameter' as const, ResourceId: name };
    await put(client, { Tags: [{ Key: 'a', Value: '1' }] });
    await client.send(new ssm.AddTagsToResourceCommand({ ...on, Tags: [{ Key: 'b', Value: '2' }] }));
    await client.send(new ssm.RemoveTagsFromResourceCommand({ ...on, TagKeys: ['a'] }));

    expect((await client.send(new ssm.ListTagsForResourceCommand(on))).TagList).toEqual([{ Key: 'b', Value: '2' }]);
    expect(await refusalOf(client.send(new ssm.ListTagsForResourceCommand({ ...on, ResourceId: 'none' })))).toMatchObject({
      code: 'InvalidResourceId',
    });
  });
});

describe('reading several parameters', () => {
  it('by name tells which do not exist', async () => {
    const client = fresh();
    await put(client);

    const answer = await client.send(new ssm.GetParametersCommand({ Names: [name, '/none', `${name}:7`] }));

    expect(answer.Parameters?.map((parameter) => parameter.Name)).toEqual([name]);
    expect(answer.InvalidParameters).toEqual(['/none', `${name}:7`]);
    const eleven = Array.from({ length: 11 }, (_, index) => `/p${index}`);
    expect(await refusalOf(client.send(new ssm.GetParametersCommand({ Names: eleven })))).toMatchObject({
      code: 'ValidationException',
    });
  });
});

describe('reading parameters by path', () => {
  const withParameters = async (...names: string[]) => {
    const client = fresh();
    for (const Name of names) await put(client, { Name });
    return client;
  };
  const below = async (client: ssm.SSMClient, Path: string, Recursive = false) => {
    const pages = ssm.paginateGetParametersByPath({ client }, { Path, Recursive });
    return (await Array.fromAsync(pages)).flatMap(({ Parameters }) => Parameters?.map((parameter) => parameter.Name) ?? []);
  };

  it.each([
    { path: '/a', recursive: false, found: ['/a/x', '/a/y'] },
    { path: '/a/', recursive: false, found: ['/a/x', '/a/y'] },
    { path: '/a', recursive: true, found: ['/a/b/c', '/a/x', '/a/y'] },
    { path: '/', recursive: true, found: ['/a', '/a/b/c', '/a/x', '/a/y', '/ab/z', 'plain'] },
    { path: '/', recursive: false, found: ['/a', 'plain'] },
    { path: '/none', recursive: true, found: [] },
  ])('below $path (recursive: $recursive) finds $found', async ({ path, recursive, found }) => {
    const client = await withParameters('/a', '/a/x', '/a/y', '/a/b/c', '/ab/z', 'plain');

    expect(await below(client, path, recursive)).toEqual(found);
  });

  it('gives each parameter once, over pages of which one is empty and not the last', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `/p/${String(index).padStart(2, '0')}`);
    const client = await withParameters(...names);
    const pages = await Array.fromAsync(ssm.paginateGetParametersByPath({ client }, { Path: '/p' }));

    expect(pages.map(({ Parameters }) => Parameters?.length)).toEqual([10, 0, 10, 5]);
    expect(pages.map(({ NextToken }) => NextToken !== undefined)).toEqual([true, true, true, false]);
    expect(pages.flatMap(({ Parameters }) => Parameters?.map((parameter) => parameter.Name))).toEqual(names);
  });

  it.each([
    { name: 'eleven at a time', input: { MaxResults: 11 }, code: 'ValidationException' },
    { name: 'none at a time', input: { MaxResults: 0 }, code: 'ValidationException' },
    { name: 'a token of its own making', input: { NextToken: 'nonsense' }, code: 'InvalidNextToken' },
    { name: 'a path without its first slash', input: { Path: 'p' }, code: 'ValidationException' },
    { name: 'a filter by name', input: { ParameterFilters: [{ Key: 'Name', Values: ['x'] }] }, code: 'InvalidFilterKey' },
  ])('refuses $name', async ({ input, code }) => {
    const client = await withParameters('/p/x');

    expect(await refusalOf(client.send(new ssm.GetParametersByPathCommand({ Path: '/p', ...input })))).toMatchObject({ code });
  });
});

describe('describing parameters', () => {
  it('filters by name, type, path and tag', async () => {
    const client = fresh();
    await put(client, { Name: '/a/x', Description: 'd', Tags: [{ Key: 'team', Value: 'red' }] });
    await put(client, { Name: '/a/b/y', Type: 'StringList' });
    await put(client, { Name: 'z' });
    const found = async (Key: string, Values: string[], Option?: string) => {
      const { Parameters } = await client.send(
        new ssm.DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] }),
      );
      return Parameters?.map((parameter) => parameter.Name);
    };

    expect(await found('Name', ['/a/x', 'z'])).toEqual(['/a/x', 'z']);
    expect(await found('Name', ['/a'], 'BeginsWith')).toEqual(['/a/b/y', '/a/x']);
    expect(await found('Type', ['StringList'])).toEqual(['/a/b/y']);
    expect(await found('Path', ['/a'])).toEqual(['/a/x']);
    expect(await found('Path', ['/a'], 'Recursive')).toEqual(['/a/b/y', '/a/x']);
    expect(await found('tag:team', ['red'])).toEqual(['/a/x']);
    expect(await found('tag:team', [])).toEqual(['/a/x']);
  });
});
