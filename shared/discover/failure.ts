/** What is there cannot be written down as a document; the message is for people and says what to do. */
export class CannotDiscover extends Error {
  override readonly name = 'CannotDiscover';
}
