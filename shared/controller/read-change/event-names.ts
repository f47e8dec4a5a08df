/** Which calls of which service can change a setting: exactly those the aspects name. */
import type { Aspect } from '../../aspects/aspect.ts';
import { aspects } from '../../aspects/index.ts';

/** A service whose events are understood. */
export type Service = 's3' | 'kms' | 'iam';

const services: readonly Service[] = ['s3', 'kms', 'iam'];

/** An aspect lives in the service that it is read from. */
const livesIn = (aspect: Aspect<unknown>, service: Service): boolean =>
  aspect.permissions.read.some((action) => action.startsWith(`${service}:`));

const namesIn = (service: Service): ReadonlySet<string> =>
  new Set(aspects.filter((aspect) => livesIn(aspect, service)).flatMap(({ changedBy }) => changedBy));

const names: ReadonlyMap<Service, ReadonlySet<string>> = new Map(services.map((service) => [service, namesIn(service)]));

export const changesSettings = (service: Service, eventName: string): boolean => names.get(service)?.has(eventName) ?? false;

/** The service in CloudTrail's `eventSource`, e.g. `s3.amazonaws.com`; undefined: another one. */
export const serviceOf = (eventSource: string): Service | undefined =>
  services.find((service) => eventSource === `${service}.amazonaws.com`);
