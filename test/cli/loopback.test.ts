import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { loopbackEndpoint } from '../../functions/cli/loopback.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { isLocalAws } from '../../shared/aws/local-endpoint.ts';

const here = 'http://127.0.0.1:4566';

describe('the endpoint on this machine', () => {
  it.each([
    { env: { AWS_ENDPOINT_URL: here }, is: here, because: 'it is here' },
    { env: { AWS_ENDPOINT_URL: 'http://localhost:4566/' }, is: 'http://localhost:4566/', because: 'so is localhost' },
    { env: { AWS_ENDPOINT_URL: 'http://[::1]:4566' }, is: 'http://[::1]:4566', because: 'so is its other address' },
    { env: { AWS_ENDPOINT_URL: here, AWS_ENDPOINT_URL_S3: here }, is: here, because: 'all lead to the same' },
    { env: {}, is: undefined, because: 'calls go to AWS' },
    { env: { AWS_ENDPOINT_URL: '' }, is: undefined, because: 'an empty one is none' },
    { env: { AWS_ENDPOINT_URL: 'https://proxy.example.com' }, is: undefined, because: 'it is elsewhere' },
    { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' }, is: undefined, because: 'it only begins like one of here' },
    { env: { AWS_ENDPOINT_URL_S3: here }, is: undefined, because: 'the other services are at AWS' },
    {
      env: { AWS_ENDPOINT_URL: here, AWS_ENDPOINT_URL_IAM: 'https://iam.amazonaws.com' },
      is: undefined,
      because: 'IAM is at AWS',
    },
    {
      env: { AWS_ENDPOINT_URL: here, AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:9' },
      is: undefined,
      because: 'IAM may be behind a tunnel',
    },
    {
      env: { AWS_ENDPOINT_URL: here, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      is: undefined,
      because: 'it is not looked at',
    },
    { env: { AWS_ENDPOINT_URL: '127.0.0.1:4566' }, is: undefined, because: 'it is no URL' },
  ])('is $is for $env, because $because', ({ env, is }) => {
    expect(loopbackEndpoint(env)).toBe(is);
  });
});

describe('what answers there', () => {
  it('is the local AWS when it says so', async () => {
    const { url, close } = await createLocalAws().listen();

    expect(await isLocalAws(url)).toBe(true);
    await close();
    expect(await isLocalAws(url)).toBe(false);
  });

  it.each([
    { body: '{}', because: 'a tunnel to something else answers something else' },
    { body: 'null', because: 'so may anybody' },
    { body: '<Error/>', because: 'S3 answers XML' },
  ])('is none when it answers $body: $because', async ({ body }) => {
    const server = createServer((_, response) => void response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

    expect(await isLocalAws(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toBe(false);
    server.close();
  });
});
