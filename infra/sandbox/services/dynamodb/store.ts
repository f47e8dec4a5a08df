import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { AwsError } from '../../service.ts';

/** A database of the engine. */
export interface Store {
  readonly tableDb: { awsAccountId: string; awsRegion: string };
}

type Json = Readonly<Record<string, unknown>>;

interface Engine {
  readonly databases: { create(options: object): Store };
  readonly validations: {
    checkTypes(data: Json, types: object): Json;
    checkValidations(data: Json, types: object, custom: unknown, store: Store): void;
  };
}

// Not bundled: the engine finds its parts by computed paths, and brings a database in native code that memory stores never load.
const load = createRequire(import.meta.url);
let engine: Engine | undefined;

function theEngine(): Engine {
  engine ??= { databases: load('dynalite/db'), validations: load('dynalite/validations') };
  return engine;
}

/** A database in memory, of one account and region. */
export function newStore(account: string, region: string): Store {
  const store = theEngine().databases.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = account;
  store.tableDb.awsRegion = region;
  return store;
}

type Action = (store: Store, data: Json, done: (error: EngineError | null, output?: Json) => void) => void;

interface EngineError extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly __type?: string; readonly message?: string; readonly Message?: string };
}

/**
 * Runs one operation, in JSON as DynamoDB speaks it.
 *
 * @param operation e.g. `PutItem`
 * @throws AwsError as DynamoDB would
 */
export async function runOperation(store: Store, operation: string, input: Json): Promise<Json> {
  const { validations } = theEngine();
  const name = operation.charAt(0).toLowerCase() + operation.slice(1);
  const { types, custom } = load(`dynalite/validations/${name}`) as { types: object; custom: unknown };
  const action = load(`dynalite/actions/${name}`) as Action;
  try {
    const data = validations.checkTypes({ ...input }, types);
    validations.checkValidations(data, types, custom, store);
    return await new Promise((resolve, reject) => {
      action(store, data, (error, output) => (error ? reject(error) : resolve(output || {})));
    });
  } catch (error) {
    throw asAwsError(error as EngineError);
  }
}

function asAwsError(error: EngineError): Error {
  const { statusCode, body } = error;
  if (statusCode === undefined || !body?.__type) return error;
  const code = body.__type.slice(body.__type.indexOf('#') + 1);
  return new AwsError(code, body.message ?? body.Message ?? '', statusCode);
}

/** Lets the engine finish what it does after it has answered: the change of a table's state. */
export async function settled(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await setImmediate();
}
