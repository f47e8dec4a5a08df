/** Everything the checks make is written down before it is made, and taken away at the end, whatever happened in between. */
import type { Ground } from './ground.ts';

/** Takes one thing away. @returns what stays, and until when; undefined: nothing. Resolves when it is not there at all. */
export type Undo = () => Promise<string | undefined>;

export interface Inventory {
  /** @param what e.g. `bucket orders (account 111111111111)` */
  add(what: string, undo: Undo): void;
  /** The newest first. Never throws. @returns what remains, and what a person has to take away */
  clear(): Promise<readonly string[]>;
}

export function newInventory({ say }: Pick<Ground, 'say'>): Inventory {
  const entries: { readonly what: string; readonly undo: Undo }[] = [];
  return {
    add(what, undo) {
      entries.push({ what, undo });
      say(`makes ${what}`);
    },
    async clear() {
      const remaining: string[] = [];
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        const rest = await restOf(entry.what, entry.undo);
        say(rest ?? `removed ${entry.what}`);
        if (rest !== undefined) remaining.push(rest);
      }
      return remaining;
    },
  };
}

async function restOf(what: string, undo: Undo): Promise<string | undefined> {
  try {
    return await undo();
  } catch (error) {
    return `STILL THERE, remove it by hand: ${what} (${error instanceof Error ? `${error.name}: ${error.message}` : error})`;
  }
}
