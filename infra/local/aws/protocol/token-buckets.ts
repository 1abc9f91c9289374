export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** One bucket for each account: whether it still holds a token, which is then taken. */
export function createTokenBuckets(limit: RateLimit | undefined): (account: string, now: number) => boolean {
  if (limit === undefined) return () => true;
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (account, now) => {
    const { tokens, at } = buckets.get(account) ?? { tokens: limit.burst, at: now };
    const filled = Math.min(limit.burst, tokens + ((now - at) / 1000) * limit.perSecond);
    const isGranted = filled >= 1;
    buckets.set(account, { tokens: isGranted ? filled - 1 : filled, at: now });
    return isGranted;
  };
}
