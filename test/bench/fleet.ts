/** Documents for fleets of any size: every replication with buckets, keys and a role of its own. */
import { parseDocumentValue } from '../../shared/model/desired-state.ts';
import type { Replication } from '../../shared/model/replication.ts';

const source = '111111111111';
const destination = '222222222222';

const key = (region: string, account: string, n: number, end: string): string =>
  `arn:aws:kms:${region}:${account}:key/${end}-${String(n).padStart(8, '0')}`;

export interface Keys {
  readonly source: string;
  readonly destination: string;
}

/** @param keys the keys of replication n; default: made-up ones */
export function fleetDocument(size: number, keys: (n: number) => Keys = madeUp): unknown {
  const replications = Object.fromEntries(
    Array.from({ length: size }, (_, n) => [
      `fleet-${n}`,
      {
        source: { account: source, region: 'eu-west-1', bucket: `fleet-${n}`, key: keys(n).source },
        destination: { account: destination, region: 'eu-central-1', bucket: `fleet-${n}-dr`, key: keys(n).destination },
      },
    ]),
  );
  return { version: 1, replications };
}

const madeUp = (n: number): Keys => ({
  source: key('eu-west-1', source, n, 'aaaaaaaa'),
  destination: key('eu-central-1', destination, n, 'bbbbbbbb'),
});

export function fleet(size: number): readonly Replication[] {
  return parseDocumentValue(fleetDocument(size), { name: 'fleet', now: new Date() }).replications;
}
