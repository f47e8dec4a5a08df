#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises';
import product from '../../package.json' with { type: 'json' };
import { core } from './core.ts';
import { main } from './program.ts';
import { processTerminal } from './terminal.ts';

// A reader that has seen enough (`lockstep plan | head`) is no error, nor is a terminal that was closed: what was begun is ended in order.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });

/** Milliseconds. A terminal and a program in front of this one may pass on the same signal twice; a person who means it waits longer. */
const sameSignal = 1000;

function untilStopped(orLeft = false): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', ...(orLeft ? (['SIGHUP'] as const) : [])] as const)
    process.on(signal, () => {
      first ??= performance.now();
      if (performance.now() - first > sameSignal) process.exit(1);
      resolve();
    });
  return promise;
}

process.exitCode = await main(process.argv.slice(2), {
  terminal: processTerminal(),
  core,
  version: product.version,
  now: () => new Date(),
  wait: (seconds) => setTimeout(seconds * 1000),
  untilStopped,
});
