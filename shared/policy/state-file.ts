/**
 * Reads the states that `lockstep explain --state` is given: written by hand, pasted together from answers of the AWS CLI, or saved by
 * `lockstep explain --save`. Their shape is that of `replication-state.ts`.
 */
import * as z from 'zod';
import { type Complaint, type Fault, faultText, type Positions, toFaults } from '../model/desired-state/faults.ts';
import type { AccountState, ReplicationState } from './replication-state.ts';
import { check } from './state-file/check.ts';
import { inside, isPlain } from './state-file/plain.ts';
import { accountsSchema, pasteable, stateSchema, statesSchema } from './state-file/schema.ts';
import { unwrapAccounts, unwrapState } from './state-file/unwrap.ts';

/** A state that cannot be used; lists every fault. */
export class InvalidState extends Error {
  override readonly name = 'InvalidState';
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    super([`state "${file}" has faults:`, ...faults.map((fault) => `  ${faultText(fault)}`)].join('\n'));
    this.file = file;
    this.faults = faults;
  }
}

export interface StateSource {
  /** File name, for messages. */
  readonly name: string;
  /** Where things stand in the text. */
  readonly positions?: Positions;
  /** What was found wrong while the text was read. */
  readonly complaints?: readonly Complaint[];
}

export interface States {
  /** In the order given; each has a name where several are given. */
  readonly states: readonly ReplicationState[];
  /** Worth telling, nothing to correct. */
  readonly notes: readonly string[];
}

function sound(schema: z.ZodType, given: unknown, { name, positions, complaints = [] }: StateSource) {
  const checked = check(schema, given);
  const faults = toFaults([...complaints, ...checked.complaints], positions);
  if (faults.length > 0) throw new InvalidState(name, faults);
  return checked;
}

/** One state, or several as `{"replications": {name: state}}`. @throws InvalidState */
export function readStates(given: unknown, source: StateSource): States {
  if (!isPlain(given) || !isPlain(given.replications)) {
    const { value, notes } = sound(stateSchema, unwrapState(given), source);
    return { states: [value as ReplicationState], notes };
  }
  const unwrapped = Object.entries(given.replications).map(([name, state]) => [name, unwrapState(state)]);
  const { value, notes } = sound(statesSchema, { ...given, replications: Object.fromEntries(unwrapped) }, source);
  const replications = Object.entries((value as { replications: Record<string, ReplicationState> }).replications);
  return { states: replications.map(([name, state]) => ({ name, ...state })), notes };
}

export interface Accounts {
  readonly accounts: Readonly<Record<string, AccountState>>;
  readonly notes: readonly string[];
}

/** The `accounts` of a state by themselves, bare or as `{"accounts": {…}}`. @throws InvalidState */
export function readAccounts(given: unknown, source: StateSource): Accounts {
  const { value, notes } = sound(accountsSchema, unwrapAccounts(inside(given, 'accounts')), source);
  return { accounts: value as Accounts['accounts'], notes };
}

/** Besides the shape given, an answer of the AWS CLI may stand here, or a policy in another form. */
const orPasted = (shape: object): object => ({ anyOf: [shape, { type: ['object', 'array', 'string'] }] });

/**
 * JSON Schema of a state, or of several, for editors.
 *
 * @see https://json-schema.org/draft/2020-12
 */
export function stateJsonSchema(): object {
  const states = z.union([stateSchema, statesSchema]);
  return z.toJSONSchema(states, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'ref',
    override: ({ zodSchema, jsonSchema }) => {
      // Unknown fields are told, not refused.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (!pasteable.has(zodSchema)) return;
      const { description, ...shape } = jsonSchema;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
      Object.assign(jsonSchema, orPasted(shape), description !== undefined && { description });
    },
  });
}
