/** What is there cannot be written down as a document; the message is for people and says what to do. */
export class CannotDiscover extends Error {
  override readonly name = 'CannotDiscover';
  /** The account could not be entered, or does not let us look. */
  readonly isClosed: boolean;

  constructor(message: string, { isClosed = false, ...more }: ErrorOptions & { readonly isClosed?: boolean } = {}) {
    super(message, more);
    this.isClosed = isClosed;
  }
}
