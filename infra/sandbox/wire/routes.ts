import type { S3Address } from './addressing.ts';
import type { WireRequest } from './http.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

type Level = 'service' | 'bucket' | 'object';

/** When a request asks for an operation. */
interface Route {
  readonly operation: OperationModel;
  /** `x-id`, which tells apart operations that share method and path; some clients send it, others do not. */
  readonly id: string | undefined;
  /** Query parameters that must be there, with this value if one is given. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  /** Query parameters and headers of required members of the input. */
  readonly required: readonly RequiredBinding[];
}

type RequiredBinding = readonly [where: 'query' | 'header', name: string];

export type Router = (request: WireRequest, address: S3Address) => OperationModel | undefined;

/** Finds a restXml operation by method, level of the path, query and required parameters; of several the most particular one. */
export function routerOf(model: ServiceModel): Router {
  const table = new Map<string, Route[]>();
  for (const operation of model.operations.values()) {
    const [method, uri] = operation.traits.http ?? ['', ''];
    const [path = '', query = ''] = uri.split('?');
    const level = levelOf(operation, path);
    if (level === undefined) continue;
    const routes = table.get(`${method} ${level}`) ?? [];
    table.set(`${method} ${level}`, [...routes, routeOf(operation, query)].sort(byParticularity));
  }
  return (request, { bucket, key }) => {
    const level: Level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
    return table.get(`${request.method} ${level}`)?.find((route) => matches(route, request))?.operation;
  };
}

/** S3's paths are `/` and `/{Key+}`; whether a bucket comes before is said by the input. */
function levelOf({ input }: OperationModel, path: string): Level | undefined {
  if (path === '/{Key+}') return 'object';
  if (path !== '/') return undefined;
  return input.isStructSchema() && input.getMemberSchemas().Bucket?.getMergedTraits().httpLabel ? 'bucket' : 'service';
}

function routeOf(operation: OperationModel, uriQuery: string): Route {
  const query = [...new URLSearchParams(uriQuery)];
  const members = operation.input.isStructSchema() ? [...operation.input.structIterator()] : [];
  const required = members.flatMap(([name, member]): RequiredBinding[] => {
    const { httpQuery, httpHeader } = member.getMergedTraits();
    if (!operation.required.has(name)) return [];
    if (httpQuery) return [['query', httpQuery]];
    return httpHeader ? [['header', httpHeader.toLowerCase()]] : [];
  });
  return {
    operation,
    id: query.find(([name]) => name === 'x-id')?.[1],
    literals: query.filter(([name]) => name !== 'x-id'),
    required,
  };
}

const particularity = ({ literals, required }: Route): number => literals.length * 10 + required.length;

const byParticularity = (a: Route, b: Route): number =>
  particularity(b) - particularity(a) || (a.operation.name < b.operation.name ? -1 : 1);

function matches({ id, literals, required }: Route, { query, headers }: WireRequest): boolean {
  const asked = query['x-id'];
  return (
    (id === undefined || asked === undefined || id === asked) &&
    literals.every(([name, value]) => query[name] !== undefined && (value === '' || query[name] === value)) &&
    required.every(([where, name]) => (where === 'query' ? query : headers)[name] !== undefined)
  );
}
