import * as z from 'zod';
import { documentSchema } from './desired-state/schema.ts';

const requiredEnd = { required: ['account', 'region', 'bucket', 'key'] };

/** Where nobody else can give these fields, an editor may insist on them. */
const completeOrDefaults = {
  anyOf: [
    { required: ['defaults'] },
    {
      properties: {
        replications: {
          additionalProperties: {
            required: ['source', 'destination'],
            properties: { source: requiredEnd, destination: requiredEnd },
          },
        },
      },
    },
  ],
};

/**
 * JSON Schema of a document for editors: its shape, not its meaning, so what it accepts may still be refused by `parseDocument`.
 *
 * @see https://json-schema.org/draft/2020-12
 */
export function documentJsonSchema(): object {
  return { ...z.toJSONSchema(documentSchema, { io: 'input', target: 'draft-2020-12' }), ...completeOrDefaults };
}
