/**
 * What a target is sent instead of the event.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import type { BusEvent } from './event.ts';

export interface TransformContext {
  readonly ruleName: string;
  readonly ruleArn: string;
  readonly now: Date;
}

const pathForm = /^\$(?:\.[\w/*-]+|\[(?:\d+|\*|'[^']+')\])*$/;

export const isPath = (path: string): boolean => pathForm.test(path);

/** What a path such as `$.detail.resources[0].ARN` leads to; undefined: nothing. */
export function valueAt(path: string, event: unknown): unknown {
  const steps = [...path.slice(1).matchAll(/\.([\w/*-]+)|\[(\d+|\*)\]|\['([^']+)'\]/g)].map(
    ([, ...forms]) => forms.find(Boolean) ?? '',
  );
  return steps.reduce<unknown>(step, event);
}

function step(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (name === '*') return Object.values(value);
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** The text a target is sent. */
export function bodyOf(target: Target, event: BusEvent, context: TransformContext): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(target.InputPath, event) ?? null);
  return target.InputTransformer ? filled(target.InputTransformer, event, context) : JSON.stringify(event);
}

/** Outside of quotes a variable becomes JSON, within them its text. */
function filled(
  { InputPathsMap: paths = {}, InputTemplate: template = '' }: InputTransformer,
  event: BusEvent,
  context: TransformContext,
): string {
  const variables = new Map([
    ...Object.entries(paths).map(([name, path]): [string, unknown] => [name, valueAt(path, event)]),
    ...predefined(event, context),
  ]);
  const isJson = /^\s*[{["]/.test(template);
  let quoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (text, name: string | undefined) => {
    if (text === '"') quoted = !quoted;
    if (name === undefined || !variables.has(name)) return text;
    return quoted || !isJson ? inText(variables.get(name), isJson) : (JSON.stringify(variables.get(name)) ?? '""');
  });
}

function inText(value: unknown, isJson: boolean): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return isJson ? JSON.stringify(text).slice(1, -1) : text;
}

function predefined(event: BusEvent, { ruleName, ruleArn, now }: TransformContext): readonly [string, unknown][] {
  const { detail: _left, ...withoutDetail } = event;
  return [
    ['aws.events.rule-arn', ruleArn],
    ['aws.events.rule-name', ruleName],
    ['aws.events.event.ingestion-time', now.toISOString()],
    ['aws.events.event', withoutDetail],
    ['aws.events.event.json', event],
  ];
}
