/** IPv4 and IPv6 networks, for the IP address operators. */

interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

function parseV4(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

function parseV6(text: string): readonly number[] | undefined {
  const [head, tail, ...more] = text.split('::');
  const first = parseGroups(head ?? '');
  const last = parseGroups(tail ?? '');
  if (!text.includes(':') || more.length > 0 || !first || !last) return undefined;
  const gap = 8 - first.length - last.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  return [...first, ...Array.from({ length: gap }, () => 0), ...last].flatMap((group) => [group >> 8, group & 255]);
}

/** An address without a prefix length is a network of that one address. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseV4(address) ?? parseV6(address);
  if (!bytes || more.length > 0) return undefined;
  const bits = length === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= bytes.length * 8 ? { bytes, bits } : undefined;
}

/** Networks of different families never hold each other's addresses. */
export function holds(network: Network, address: Network): boolean {
  if (network.bytes.length !== address.bytes.length || address.bits < network.bits) return false;
  return network.bytes.every((byte, i) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, network.bits - i * 8))) & 255;
    return (byte & mask) === ((address.bytes[i] ?? 0) & mask);
  });
}
