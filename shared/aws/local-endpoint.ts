/** Whether it is the local AWS that answers, and not a tunnel to a real one. */

/** Milliseconds: it is on this machine. */
const patience = 2000;

/** Never throws: what does not answer as the local AWS does is none. @param endpoint an http URL */
export async function isLocalAws(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/_local/health', endpoint), { signal: AbortSignal.timeout(patience), redirect: 'error' });
    const health: unknown = await answer.json();
    return answer.ok && typeof health === 'object' && health !== null && 'services' in health && 'faults' in health;
  } catch {
    return false;
  }
}
