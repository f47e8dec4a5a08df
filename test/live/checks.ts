/** All live checks, in their order, as a suite that cleans up after itself. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Check } from './check.ts';
import { configuration } from './checks/configuration.ts';
import { principals } from './checks/principals.ts';
import { replicates } from './checks/replicates.ts';
import { signals } from './checks/signals.ts';
import type { Ground } from './ground.ts';
import { newInventory } from './inventory.ts';
import { type Stage, setUp } from './stage.ts';

export const checks: readonly Check[] = [...replicates, ...configuration, ...principals, ...signals];

/** @param milliseconds for each check, and for making and removing everything */
export function describeChecks(title: string, open: () => Promise<Ground>, milliseconds: number): void {
  describe(title, () => {
    let ground: Ground;
    let stage: Stage;
    let inventory: ReturnType<typeof newInventory> | undefined;

    beforeAll(async () => {
      ground = await open();
      inventory = newInventory(ground);
      stage = await setUp(ground, inventory);
    }, milliseconds);

    afterAll(async () => {
      for (const line of (await inventory?.clear()) ?? []) ground.say(line);
    }, milliseconds);

    // One by one: `it.each` cuts long titles.
    for (const { number, fact, holds } of checks) it(`${number}: ${fact}`, () => holds(stage), milliseconds);
  });
}
