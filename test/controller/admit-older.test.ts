/** A document that was accepted by an earlier release and that this one does not understand any more. */
import { describe, expect, it } from 'vitest';
import { admit } from '../../shared/controller/admit.ts';
import { newHub } from '../support/admission.ts';
import { written } from '../support/builders.ts';

const name = '/lockstep/desired-state/orders';

describe('a document that was good once', () => {
  it('keeps in force what it meant then, while its newest version is bad', async () => {
    const hub = newHub();
    hub.put(name, { version: 1, replications: { 'orders-dr': written() } });
    await admit(hub.c, { cause: 'edit', requestId: 'first' });
    const before = await hub.ledger.replications();
    const [record] = await hub.ledger.documents();
    if (record === undefined) throw new Error('the document was not accepted');
    await hub.ledger.putDocuments([{ ...record, text: '{ "version": 0 }' }]);
    hub.stories.length = 0;
    hub.advance(3600);

    hub.put(name, { version: 1, replications: { 'orders-dr': { ...written(), mode: 'sometimes' } } });
    await admit(hub.c, { cause: 'edit', requestId: 'second' });

    expect(await hub.ledger.replications()).toEqual(before);
    expect(hub.stories).toMatchObject([{ kind: 'invalid-document', document: name, inForce: true }]);
  });
});
