/**
 * The same random worlds in every run, so that a red run is red for everybody. `LOCKSTEP_SEED=random` takes new ones, and
 * `LOCKSTEP_SEED=<number>` those of an earlier run; a property that fails prints its seed.
 */
import fc from 'fast-check';

const { LOCKSTEP_SEED: asked = '20261124' } = process.env;

if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });
