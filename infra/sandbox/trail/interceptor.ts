/** Stands around every call of the local AWS and tells CloudTrail and EventBridge what came of it. */
import type { CallContext } from '../service.ts';
import type { CallResult, Interceptor } from '../wire/dispatch.ts';
import { announceKeyDeletion } from './key-deletion.ts';
import { isDataEvent } from './names.ts';
import { announceParameterChange, namedParameters } from './parameter-changes.ts';
import { publish } from './publish.ts';
import { recordsOf } from './record.ts';
import { bucketRegionOf, resourcesOf, type TrailResource } from './resources.ts';

/** What a call is about, seen before it runs: afterwards it may be gone. */
interface Beforehand {
  readonly resources: readonly TrailResource[];
  readonly region: string | undefined;
  readonly parameters: ReturnType<typeof namedParameters>;
}

export function trailInterceptor(): Interceptor {
  const seen = new WeakMap<CallContext, Beforehand>();
  return {
    before(call, input) {
      seen.set(call, {
        resources: resourcesOf(call, input),
        region: bucketRegionOf(call, input),
        parameters: namedParameters(call, input),
      });
      return undefined;
    },
    after(call, input, result) {
      const before = seen.get(call) ?? { resources: [], region: undefined, parameters: [] };
      if (!isDataEvent(call.service, call.operation, input)) {
        const resources = together(before.resources, resourcesOf(call, input, outputOf(result)));
        for (const record of recordsOf(call, input, result, resources, before.region)) publish(call.world, record);
      }
      if ('error' in result) return;
      announceParameterChange(call, input, result.output, before.parameters);
      if (call.service === 'kms' && call.operation === 'ScheduleKeyDeletion') {
        announceKeyDeletion(call.world, String((result.output as { KeyId?: string }).KeyId));
      }
    },
  };
}

const outputOf = (result: CallResult): object => ('error' in result ? {} : result.output);

/** Each resource once, told as fully as either side knows it. */
function together(before: readonly TrailResource[], after: readonly TrailResource[]): readonly TrailResource[] {
  const all = new Map([...after, ...before].map((resource) => [resource.ARN, resource]));
  for (const resource of after) if (all.get(resource.ARN)?.accountId === undefined) all.set(resource.ARN, resource);
  return [...all.values()];
}
