/** A parameter was put or deleted: the documents are read again, and what was edited is looked at. */
import { type AdmitRequest, type AdmitResult, admit } from '../../shared/controller/admit.ts';
import type { Controller } from '../../shared/controller/ports.ts';
import { type Handler, handling } from '../invocation.ts';
import { controllerFromEnvironment } from '../wiring.ts';

/** As far as we need it. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
interface ParameterChange {
  readonly detail?: { readonly name?: unknown; readonly operation?: unknown };
}

export const admitHandler = (open: () => Controller): Handler<ParameterChange | undefined, AdmitResult | undefined> =>
  handling(open, (event, controller, { awsRequestId }) =>
    admit(controller, { cause: 'edit', requestId: awsRequestId, ...editIn(event) }),
  );

function editIn(event: ParameterChange | undefined): Pick<AdmitRequest, 'parameter'> {
  const { name, operation } = event?.detail ?? {};
  return typeof name === 'string' && typeof operation === 'string' ? { parameter: { name, operation } } : {};
}

export const handler = admitHandler(controllerFromEnvironment);
