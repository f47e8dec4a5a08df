/** Whether the environment leads every call to this machine. Pure. */
import type { Terminal } from './terminal.ts';

const hosts = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The endpoint on this machine that all services are reached at; undefined when a call may go elsewhere.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function loopbackEndpoint(env: Terminal['env']): string | undefined {
  const { AWS_ENDPOINT_URL: endpoint, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: ignored = '' } = env;
  const given = Object.entries(env).flatMap(([name, value]) => (/^AWS_ENDPOINT_URL(_|$)/.test(name) && value ? [value] : []));
  const isHere = (url: string): boolean => URL.canParse(url) && hosts.test(new URL(url).hostname);
  const isAll = endpoint !== undefined && endpoint !== '' && ignored.toLowerCase() !== 'true' && given.every(isHere);
  return isAll && new Set(given.map((url) => new URL(url).host)).size === 1 ? endpoint : undefined;
}
