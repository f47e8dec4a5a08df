export interface MeasuredUse { readonly x: number }
