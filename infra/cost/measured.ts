/** What the controller uses, as `npm run bench -- cost` measured it on the local AWS; the bench says when this is no longer so. */
import type { Counted, Use } from '../cost.ts';

const nothing: Counted = {
  ...{ routed: 0, passes: 0, sends: 0, readUnits: 0, writeUnits: 0, bucketCalls: 0, keyCalls: 0, calls: 0, stories: 0 },
  ...{ metricsRequested: 0, logBytes: 0 },
};

export const measured: Use = {
  sweep: { ...nothing, readUnits: 11.5, writeUnits: 4, calls: 15, logBytes: 1811 },
  swept: {
    ...{ ...nothing, passes: 1, sends: 0.1, readUnits: 15.15, writeUnits: 2, bucketCalls: 10, keyCalls: 4, calls: 20 },
    logBytes: 283.9,
  },
  metrics: { ...nothing, writeUnits: 1, calls: 0.03, metricsRequested: 1 },
  change: { ...nothing, routed: 1, passes: 1, sends: 1, readUnits: 11, writeUnits: 1, bucketCalls: 1, calls: 1, logBytes: 1068 },
  drift: {
    ...{ ...nothing, routed: 2, passes: 2, sends: 2, readUnits: 27, writeUnits: 17, bucketCalls: 13, keyCalls: 4, calls: 23 },
    ...{ stories: 1, logBytes: 2628.4 },
  },
  stranger: { ...nothing, routed: 1, readUnits: 1, logBytes: 231 },
  heartbeat: { ...nothing, routed: 1, writeUnits: 1 },
  series: 21,
  alarms: 32,
};
