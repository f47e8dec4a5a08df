import { AwsError, type CallContext } from '../../service.ts';
import type { HostedFunction } from './state.ts';

type Call = Pick<CallContext, 'world' | 'caller' | 'region'>;

const form =
  /^(?:arn:aws:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[\w-]+)(?::(?<qualifier>[\w$-]+))?$/;

/**
 * The ARN of the function that is meant: by its name, a part of its ARN or all of it.
 *
 * @returns without alias or version
 * @throws AwsError `ValidationException`
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_RequestParameters
 */
export function arnOf(given: string | undefined, { caller, region }: Call): string {
  const { name, account = caller.account, region: at = region } = form.exec(given ?? '')?.groups ?? {};
  if (name === undefined) {
    const message = `1 validation error detected: Value '${given ?? ''}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`;
    throw new AwsError('ValidationException', message);
  }
  return `arn:aws:lambda:${at}:${account}:function:${name}`;
}

/**
 * The function that is meant. The local AWS has no versions or aliases but `$LATEST`.
 *
 * @throws AwsError `ValidationException`, `ResourceNotFoundException`
 */
export function theFunction(given: string | undefined, call: Call, qualifier?: string): HostedFunction {
  const arn = arnOf(given, call);
  const asked = form.exec(given ?? '')?.groups?.qualifier ?? qualifier ?? '$LATEST';
  const found = call.world.lambda.functions.get(arn);
  if (found && asked === '$LATEST') return found;
  const shown = asked === '$LATEST' ? arn : `${arn}:${asked}`;
  throw new AwsError('ResourceNotFoundException', `Function not found: ${shown}`, 404);
}

/** Those of the caller's account and the region of the call, by name. */
export const ownFunctions = ({ world, caller, region }: Call): readonly HostedFunction[] =>
  [...world.lambda.functions.values()]
    .filter((fn) => fn.account === caller.account && fn.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

export const badMarker = (): AwsError => new AwsError('InvalidParameterValueException', 'The marker is not valid.');
