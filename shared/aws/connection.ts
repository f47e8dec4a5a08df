/** How long a connection may take: one that was dropped must not eat the invocation that waits for it. In milliseconds. */
export const connection = {
  connectionTimeout: 3_000,
  /** From the request to the head of its answer; the SDK only warns unless it is told to throw. */
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  /** Without a byte. */
  socketTimeout: 10_000,
} as const;

/** SDK retries, with exponential backoff and jitter, for throttling, 5xx and broken connections. */
export const maxAttempts = 8;
