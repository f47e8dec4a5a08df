/** An expression that cannot be read or worked out; says why. */
export class BadExpression extends Error {
  override readonly name = 'BadExpression';
}
