import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { s3Address } from '../../infra/sandbox/wire/addressing.ts';
import { decodeAwsChunked } from '../../infra/sandbox/wire/aws-chunked.ts';
import { unwrapBody } from '../../infra/sandbox/wire/http.ts';
import { clientsOf, freshAws, rawRequest, source } from './front-clients.ts';

describe('the address of an S3 request', () => {
  it.each([
    {
      host: '127.0.0.1:4566',
      path: '/orders/a/b',
      bucket: 'orders',
      key: 'a/b',
      because: 'an IP address is the endpoint itself',
    },
    { host: '127.0.0.1:4566', path: '/', bucket: '', key: '', because: 'nothing is named' },
    { host: '127.0.0.1:4566', path: '/orders/', bucket: 'orders', key: '', because: 'a slash alone is no key' },
    { host: '127.0.0.1', path: '/orders//a', bucket: 'orders', key: '/a', because: 'a key may begin with a slash' },
    { host: 'localhost:1', path: '/orders/a%20%2B%2525/%C3%BC', bucket: 'orders', key: 'a +%25/ü', because: 'decoded once' },
    { host: 'localhost:1', path: '/orders/a+b', bucket: 'orders', key: 'a+b', because: 'a plus in a path is a plus' },
    { host: 'localhost:1', path: '/orders/../x', bucket: 'orders', key: '../x', because: 'keys are not paths' },
    { host: 'orders.localhost:4566', path: '/a/b', bucket: 'orders', key: 'a/b', because: 'virtual-host style' },
    { host: 'orders.localhost:4566', path: '/', bucket: 'orders', key: '', because: 'virtual-host style, the bucket itself' },
    {
      host: 'my.dotted.bucket.localhost',
      path: '/k',
      bucket: 'my.dotted.bucket',
      key: 'k',
      because: 'bucket names may hold dots',
    },
    { host: 's3.localhost:4566', path: '/orders/k', bucket: 'orders', key: 'k', because: 'no bucket has two letters' },
    { host: 'orders.s3.localhost:4566', path: '/k', bucket: 'orders', key: 'k', because: 'a bucket before it' },
    {
      host: 'orders.127.0.0.1.nip.io:99',
      path: '/k',
      bucket: 'orders',
      key: 'k',
      because: 'a name service that answers the IP in a name',
    },
    { host: 'orders.s3.eu-west-1.amazonaws.com', path: '/k', bucket: 'orders', key: 'k', because: "S3's own host" },
    { host: 'orders.s3.amazonaws.com', path: '/k', bucket: 'orders', key: 'k', because: "S3's global host" },
    { host: 'orders.s3-eu-west-1.amazonaws.com', path: '/k', bucket: 'orders', key: 'k', because: "S3's old host" },
    { host: 'orders.s3.dualstack.eu-west-1.amazonaws.com', path: '/k', bucket: 'orders', key: 'k', because: 'IPv6 host' },
    { host: 's3.us-gov-west-1.amazonaws.com', path: '/orders', bucket: 'orders', key: '', because: 'path style on a real host' },
    { host: 'somewhere.example:80', path: '/orders/k', bucket: 'orders', key: 'k', because: 'an unknown host is an endpoint' },
  ])('is $bucket and $key for $path at $host: $because', ({ host, path, bucket, key }) => {
    expect(s3Address(host, path)).toEqual({ bucket, key });
  });

  it('refuses a path that is not percent-encoded UTF-8', () => {
    expect(() => s3Address('localhost', '/orders/%zz')).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });
});

describe('an aws-chunked body', () => {
  const framed = (chunks: readonly Uint8Array[], extension: string, trailer: string): Buffer =>
    Buffer.concat([
      ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk, Buffer.from('\r\n')]),
      Buffer.from(`0${extension}\r\n${trailer}\r\n`),
    ]);

  it('is what its chunks hold, whatever they hold', () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const rule = fc.property(fc.array(chunk), fc.constantFrom('', ';chunk-signature=0a'), (chunks, extension) => {
      const { body } = decodeAwsChunked(framed(chunks, extension, ''));

      expect(Buffer.compare(Buffer.from(body), Buffer.concat(chunks))).toBe(0);
    });
    fc.assert(rule);
  });

  it('gives the headers that come after it', () => {
    const bytes = framed([Buffer.from('hello')], '', 'x-amz-checksum-crc32:NhCmhg==\r\nX-Amz-Trailer-Signature:0a\r\n');

    expect(decodeAwsChunked(bytes).trailers).toEqual({ 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-trailer-signature': '0a' });
  });

  it.each([
    { name: 'cut off', bytes: '5\r\nhel' },
    { name: 'without its last chunk', bytes: '5\r\nhello\r\n' },
    { name: 'not framed at all', bytes: 'hello' },
    { name: 'empty', bytes: '' },
  ])('is refused when it is $name', ({ bytes }) => {
    expect(() => decodeAwsChunked(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
  });

  it("is taken out of its frame, and the object's own encoding stays", () => {
    const request = {
      method: 'PUT',
      host: 'localhost',
      path: '/orders/k',
      query: {},
      headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked,gzip' },
      body: framed([Buffer.from('hello')], '', ''),
    };

    const unwrapped = unwrapBody(request, 's3');

    expect(Buffer.from(unwrapped.body).toString()).toBe('hello');
    expect(unwrapped.headers['content-encoding']).toBe('gzip');
  });
});

describe('the wire over HTTP', () => {
  let aws: LocalAws;
  let server: { url: string; close(): Promise<void> };

  beforeAll(async () => {
    aws = freshAws();
    server = await aws.listen();
    const { s3 } = clientsOf(aws);
    await s3.send(new CreateBucketCommand({ Bucket: 'orders', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  });
  afterAll(() => server.close());

  const send = (request: Parameters<typeof rawRequest>[1]) => rawRequest(server.url, request);
  const versioning = async () => (await clientsOf(aws).s3.send(new GetBucketVersioningCommand({ Bucket: 'orders' }))).Status;
  const setVersioning = (status: 'Enabled' | 'Suspended') =>
    clientsOf(aws).s3.send(new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: status } }));

  it.each([
    { name: 'no namespace', xml: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>' },
    {
      name: 'a default namespace',
      xml: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
    },
    {
      name: 'a prefix',
      xml: '<a:VersioningConfiguration xmlns:a="http://s3.amazonaws.com/doc/2006-03-01/"><a:Status>Enabled</a:Status></a:VersioningConfiguration>',
    },
    {
      name: 'white space, a comment and unknown elements',
      xml: '<?xml version="1.0"?>\n<!-- on -->\n<VersioningConfiguration>\n <New><Status>Suspended</Status></New>\n <Status>Enabled</Status>\n</VersioningConfiguration>\n',
    },
  ])('reads XML with $name', async ({ xml }) => {
    await setVersioning('Suspended');

    const response = await send({ method: 'PUT', path: '/orders?versioning', body: xml });

    expect(response.status).toBe(200);
    expect(await versioning()).toBe('Enabled');
  });

  it.each([
    { name: 'cut off', xml: '<VersioningConfiguration><Status>' },
    { name: 'another document', xml: '<Tagging><TagSet/></Tagging>' },
    { name: 'no XML', xml: 'Status=Enabled' },
  ])('refuses a body that is $name as MalformedXML', async ({ xml }) => {
    await setVersioning('Enabled');

    const response = await send({ method: 'PUT', path: '/orders?versioning', body: xml });

    expect(response).toMatchObject({ status: 400, body: expect.stringContaining('<Code>MalformedXML</Code>') });
    expect(await versioning()).toBe('Enabled');
  });

  it('serves buckets as host names', async () => {
    await setVersioning('Suspended');

    const response = await send({ path: '/?versioning', host: 'orders.localhost:4566' });

    expect(response.body).toContain('<Status>Suspended</Status>');
  });

  it('answers S3 with its own root element even when nothing is set', async () => {
    const { s3 } = clientsOf(aws);
    await s3.send(
      new CreateBucketCommand({ Bucket: 'fresh-one', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );

    const response = await send({ path: '/fresh-one?versioning' });

    expect(response.body).toMatch(
      /^<\?xml [^>]*\?>\s*<VersioningConfiguration xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/"\s*\/>$/,
    );
  });

  it('answers GetBucketLocation without an outer element', async () => {
    const response = await send({ path: '/orders?location' });

    expect(response.body).toContain('>eu-west-1</LocationConstraint>');
    expect(response.body.match(/<LocationConstraint/g)).toHaveLength(1);
  });

  it('takes a presigned query for a signature', async () => {
    const credential = encodeURIComponent(`${source}/20260101/eu-west-1/s3/aws4_request`);

    const response = await send({ account: '', path: `/orders?versioning=&X-Amz-Credential=${credential}&X-Amz-Signature=0` });

    expect(response.status).toBe(200);
  });

  it('takes links signed the old way, which name no region', async () => {
    const signed = (key: string) => `/orders?versioning=&AWSAccessKeyId=${key}&Signature=0&Expires=1795477937`;

    const responses = [
      await send({ account: '', path: signed(source) }),
      await send({ account: '', path: signed('AKIANOBODY') }),
    ];

    expect(responses.map(({ status }) => status)).toEqual([200, 403]);
  });

  it('answers HEAD without a body, refusals included', async () => {
    const there = await send({ method: 'HEAD', path: '/orders' });
    const missing = await send({ method: 'HEAD', path: '/no-such-bucket' });

    expect(there).toMatchObject({ status: 200, body: '' });
    expect(missing).toMatchObject({ status: 404, body: '' });
    expect(missing.headers['x-amz-request-id']).toBeTruthy();
  });

  it('waits for nothing when a client asks to continue first', async () => {
    const headers = { expect: '100-continue', 'content-length': '75' };
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';

    const response = await send({ method: 'PUT', path: '/orders?versioning', headers, body });

    expect(response.status).toBe(200);
  });

  it('reads gzip around an API call', async () => {
    const body = gzipSync(JSON.stringify({ Name: '/lockstep/none' }));
    const headers = {
      'x-amz-target': 'AmazonSSM.GetParameter',
      'content-encoding': 'gzip',
      'content-type': 'application/x-amz-json-1.1',
    };

    const response = await send({ method: 'POST', path: '/', service: 'ssm', headers, body });

    expect(JSON.parse(response.body)).toMatchObject({ __type: 'ParameterNotFound' });
  });

  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  const json = (target: string, body = '{}') => ({ method: 'POST', path: '/', headers: { 'x-amz-target': target }, body });

  it.each([
    {
      name: 'an S3 error',
      request: { path: '/no-such-bucket?versioning' },
      status: 404,
      body: /<Error><Code>NoSuchBucket<\/Code>.*<BucketName>no-such-bucket<\/BucketName>.*<RequestId>[^<]+<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/,
    },
    {
      name: 'a query error',
      request: { ...form({ Action: 'GetRole', Version: '2010-05-08', RoleName: 'none' }), service: 'iam' },
      status: 404,
      body: /^<ErrorResponse xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/"><Error><Type>Sender<\/Type><Code>NoSuchEntity<\/Code>.*<RequestId>/,
    },
    {
      name: 'a JSON error',
      request: { ...json('AmazonSSM.GetParameter', '{"Name":"none"}'), service: 'ssm' },
      status: 400,
      body: /"__type":"ParameterNotFound"/,
    },
    {
      name: 'an S3 method that does not exist',
      request: { method: 'PATCH', path: '/orders' },
      status: 405,
      body: /<Code>MethodNotAllowed<\/Code>/,
    },
    {
      name: 'an S3 operation it lacks',
      request: { path: '/orders?analytics&id=x' },
      status: 501,
      body: /<Code>NotImplemented<\/Code>.*s3:GetBucketAnalyticsConfiguration/,
    },
    {
      name: 'an IAM operation it lacks',
      request: { ...form({ Action: 'ListSAMLProviders', Version: '2010-05-08' }), service: 'iam' },
      status: 501,
      body: /<Code>NotImplemented<\/Code>.*iam:ListSAMLProviders/,
    },
    {
      name: 'an SSM operation it lacks',
      request: { ...json('AmazonSSM.ListCommands'), service: 'ssm' },
      status: 501,
      body: /"__type":"NotImplemented".*ssm:ListCommands/,
    },
    {
      name: 'S3 Control',
      request: { path: '/v20180820/tags/x', headers: { 'x-amz-account-id': source } },
      status: 501,
      body: /S3 Control/,
    },
    {
      name: 'a query operation nobody knows',
      request: { ...form({ Action: 'Nonsense' }), service: 'iam' },
      status: 400,
      body: /<Code>InvalidAction<\/Code>.*Nonsense/,
    },
    {
      name: 'a JSON operation nobody knows',
      request: { ...json('AmazonSSM.Nonsense'), service: 'ssm' },
      status: 400,
      body: /"__type":"UnknownOperationException".*Nonsense/,
    },
    {
      name: 'a JSON body that is none',
      request: { ...json('AmazonSSM.GetParameter', '{"Name":'), service: 'ssm' },
      status: 400,
      body: /"__type":"SerializationException"/,
    },
    {
      name: 'a service it lacks, in JSON',
      request: { ...json('DynamoDB_20120810.ListTables'), service: 'glue' },
      status: 501,
      body: /"__type":"NotImplemented".*no service glue/,
    },
    {
      name: 'a service it lacks, in a form',
      request: { ...form({ Action: 'ListTopics', Version: '2010-03-31' }), service: 'cloudformation' },
      status: 501,
      body: /<ErrorResponse.*no service cloudformation/,
    },
    {
      name: 'an unsigned S3 request',
      request: { account: '', path: '/orders?versioning' },
      status: 403,
      body: /<Code>AccessDenied<\/Code>/,
    },
    {
      name: 'an unsigned query request',
      request: { ...form({ Action: 'GetCallerIdentity', Version: '2011-06-15' }), account: '' },
      status: 403,
      body: /<ErrorResponse xmlns="https:\/\/sts.*<Code>MissingAuthenticationToken<\/Code>/,
    },
    {
      name: 'an unsigned JSON request',
      request: { ...json('AmazonSSM.GetParameter', '{"Name":"x"}'), account: '' },
      status: 403,
      body: /"__type":"MissingAuthenticationTokenException"/,
    },
    {
      name: 'an unknown key at S3',
      request: { account: 'test', path: '/' },
      status: 403,
      body: /<Code>InvalidAccessKeyId<\/Code>.*12-digit/,
    },
    {
      name: 'an unknown key at IAM',
      request: { ...form({ Action: 'ListRoles', Version: '2010-05-08' }), account: 'test', service: 'iam' },
      status: 403,
      body: /<Code>InvalidClientTokenId<\/Code>.*12-digit/,
    },
    {
      name: 'an unknown key at SSM',
      request: { ...json('AmazonSSM.GetParameter', '{"Name":"x"}'), account: 'test', service: 'ssm' },
      status: 403,
      body: /"__type":"UnrecognizedClientException".*12-digit/,
    },
  ])("spells $name in its protocol's own way", async ({ request, status, body }) => {
    const response = await send(request);

    expect(response.status).toBe(status);
    expect(response.body).toMatch(body);
    expect(response.headers['x-amzn-requestid'] ?? response.headers['x-amz-request-id']).toBeTruthy();
  });

  it('gives the SDK the error codes it looks for', async () => {
    const { s3, ssm } = clientsOf(aws);

    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: 'orders' }))).rejects.toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
    });
    await expect(ssm.send(new GetParameterCommand({ Name: 'none' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});
