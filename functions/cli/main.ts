#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises';
import product from '../../package.json' with { type: 'json' };
import { core } from './core.ts';
import { main } from './program.ts';
import { processTerminal } from './terminal.ts';

// A reader that has seen enough (`lockstep plan | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
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
