import { describe, expect, it } from 'vitest';
import { parameterTier, sizeFault } from '../../shared/model/desired-state.ts';

const ofBytes = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;

describe('the size of a document', () => {
  it.each([
    { because: 'a standard parameter takes 4,096 bytes', json: ofBytes(4096), tier: 'Standard' },
    { because: 'one more needs an advanced parameter', json: ofBytes(4097), tier: 'Advanced' },
    { because: 'an advanced parameter takes 8,192 bytes', json: ofBytes(8192), tier: 'Advanced' },
    { because: 'bytes count, not characters', json: `"${'é'.repeat(2048)}"`, tier: 'Advanced' },
  ])('fits: $because', ({ json, tier }) => {
    expect(parameterTier(json)).toBe(tier);
    expect(sizeFault(json)).toBeUndefined();
  });

  it('is a fault over 8,192 bytes, and says what to do', () => {
    const fault = sizeFault(ofBytes(8193));

    expect(parameterTier(ofBytes(8193))).toBeUndefined();
    expect(fault?.path).toBe('');
    expect(fault?.message).toContain(
      'has 8,193 bytes; a standard parameter takes 4,096 and an advanced one, which AWS charges for, 8,192',
    );
    expect(fault?.message).not.toContain('white space');
  });

  it('says when leaving white space out would do', () => {
    expect(sizeFault(`{"a": 1${' '.repeat(9000)}}`)?.message).toContain('without white space (7 bytes)');
  });

  it('is told of text that is no JSON as well', () => {
    expect(sizeFault('x'.repeat(8193))?.message).toContain('has 8,193 bytes');
  });
});
