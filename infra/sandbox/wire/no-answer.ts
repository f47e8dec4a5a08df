/** A call that gets no answer: in-process the client's request fails with this; over HTTP the connection is reset. */
export class NoAnswer extends Error {
  /** As Node names it, so that SDKs take it for trouble on the way and try again. */
  readonly code: string | undefined;
  /** Seconds for which a connection hangs before it is reset. */
  readonly hangs: number;

  constructor(
    name: 'TimeoutError' | 'Killed',
    message: string,
    more: { code?: 'ECONNRESET' | 'ETIMEDOUT'; hangs?: number } = {},
  ) {
    super(message);
    this.name = name;
    this.code = more.code;
    this.hangs = more.hangs ?? 0;
  }
}
