import type { Story } from '../../shared/controller/story.ts';
import { telling } from '../../shared/controller/tell.ts';

/** The stories that were told more than once, by key and fingerprint. */
export function toldTwice(stories: readonly Story[]): readonly string[] {
  const names = stories.map((story) => Object.values(telling(story)).join(' '));
  return names.filter((name, index) => names.indexOf(name) !== index);
}
