/**
 * What a person or another program can do to a running local AWS over HTTP, on its own address, beside the services. JSON throughout.
 *
 * | request | does |
 * |---|---|
 * | `GET /_local/health` | time, services, number of calls and of fault rules |
 * | `GET /_local/calls?after=0&limit=1000` | the record of calls, oldest first; `next` is the `after` of the next page |
 * | `GET /_local/faults` | the fault rules, with how often each matched and struck |
 * | `POST /_local/faults` | adds the rule in the body (`trouble/rule.ts`), answers its id |
 * | `DELETE /_local/faults`, `DELETE /_local/faults/ID` | takes all rules away, or one |
 * | `POST /_local/clock/advance` | `{"seconds": 60}` lets time pass, where the clock is virtual; answers the new time |
 *
 * Not for the eyes of web pages: requests that a browser sends for one (`Origin`) and bodies that are not `application/json` are refused.
 */
import { z } from 'zod';
import type { CallLog } from './call-log.ts';
import type { Clock, VirtualClock } from './clock.ts';
import type { Trouble } from './trouble/trouble.ts';
import { textOf, type WireRequest, type WireResponse } from './wire/http.ts';

export interface Controlled {
  readonly clock: Clock;
  readonly log: CallLog;
  readonly trouble: Trouble;
  readonly services: readonly string[];
}

type Route = (controlled: Controlled, request: WireRequest, rest: string) => unknown;

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

// `orders.localhost` and the like are addresses of buckets, which may hold any key.
const ownAddress = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Whether a request is for the controls rather than for a service: no bucket can be named `_local`. */
export const isControl = ({ host, path }: WireRequest): boolean =>
  ownAddress.test(host) && (path === '/_local' || path.startsWith('/_local/'));

/** Answers a request to the controls. Never throws. */
export async function control(controlled: Controlled, request: WireRequest): Promise<WireResponse> {
  try {
    return json(200, await routeOf(request)(controlled, request, request.path.slice('/_local/faults/'.length)));
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.message });
    if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
    throw error;
  }
}

function routeOf({ method, path, headers }: WireRequest): Route {
  if (headers.origin !== undefined) throw new Refusal(403, 'The controls are not for web pages.');
  if (method === 'POST' && !headers['content-type']?.startsWith('application/json')) {
    throw new Refusal(415, 'The body must be application/json.');
  }
  const known = /^\/_local\/faults\/[^/]+$/.test(path) ? '/_local/faults' : path;
  const route = routes[`${method} ${known}`];
  if (route && (known === path || method === 'DELETE')) return route;
  throw new Refusal(404, `There is no ${method} ${path}; there is ${Object.keys(routes).join(', ')}.`);
}

function health({ clock, log, trouble, services }: Controlled) {
  const { total } = log.page(0, 0);
  return { status: 'ok', time: clock.now(), virtual: isVirtual(clock), services, calls: total, faults: trouble.list().length };
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const paging = z.object({ after: whole(0, Number.MAX_SAFE_INTEGER).default(0), limit: whole(1, 10_000).default(1000) });

function calls({ log }: Controlled, { query }: WireRequest) {
  const { after, limit } = paging.parse(query);
  return log.page(after, limit);
}

const addFault: Route = ({ trouble }, { body }) => ({ id: trouble.add(read(body) as Parameters<Trouble['add']>[0]) });

function removeFaults({ trouble }: Controlled, { path }: WireRequest, id: string) {
  if (path === '/_local/faults') trouble.clear();
  else if (!trouble.remove(decodeURIComponent(id))) throw new Refusal(404, `There is no fault ${id}.`);
  return {};
}

const advancing = z.strictObject({
  seconds: z
    .number()
    .min(0)
    .max(10 * 365 * 86_400),
});

async function advance({ clock }: Controlled, { body }: WireRequest) {
  if (!isVirtual(clock)) throw new Refusal(409, "The clock is the machine's own; it cannot be moved.");
  const { seconds } = advancing.parse(read(body));
  await clock.advance(seconds);
  return { time: clock.now() };
}

const isVirtual = (clock: Clock): clock is VirtualClock => 'advance' in clock;

function read(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch {
    throw new Refusal(400, 'The body is no JSON.');
  }
}

const routes: Readonly<Record<string, Route>> = {
  'GET /_local/health': health,
  'GET /_local/calls': calls,
  'GET /_local/faults': ({ trouble }) => ({ faults: trouble.list() }),
  'POST /_local/faults': addFault,
  'DELETE /_local/faults': removeFaults,
  'POST /_local/clock/advance': advance,
};

const json = (status: number, body: unknown): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(body, withoutBytes)}\n`,
});

/** Contents of objects are told by their size. */
const withoutBytes = (_name: string, value: unknown): unknown => (value instanceof Uint8Array ? { bytes: value.length } : value);
