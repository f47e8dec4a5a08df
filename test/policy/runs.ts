/** How often a property is tried: as often as it says, and in mutation runs, which repeat it for every mutant, a fraction of that. */
export const runs = (often: number): number => Math.ceil(often / Number(process.env.LOCKSTEP_RUNS_DIVISOR ?? '1'));
