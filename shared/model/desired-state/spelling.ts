/** The candidate that was probably meant: the same but for case, hyphens or a few letters; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = plainly(word);
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain, plainly(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

const plainly = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replace(/[-_\s]/g, '');

/** Levenshtein: how many letters must be added, dropped or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
