import type { Unknown } from '../kernel/result.ts';
import { checkCatalogue, type CheckCode } from './catalogue.ts';

/**
 * ok: it is so. warning: it is so, and will not stay so, or looks like a mistake. failed: it is not so. unknown: it could
 * not be found out.
 */
export type Verdict = 'ok' | 'warning' | 'failed' | 'unknown';

/** What was found about one thing that has to be true. */
export interface Check {
  readonly code: CheckCode;
  /** What it is about, such as `organization contoso`. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** A sentence for a person. May quote names from outside; holds no secret. */
  readonly says: string;
  /** What to do about it; absent where all is well, and where another check that failed is in the way. */
  readonly fix?: string;
}

/** Gives verdicts on one subject. Without a fix of its own, one that is not ok has that of the catalogue. */
export interface Judge {
  ok(code: CheckCode, says: string): Check;
  warning(code: CheckCode, says: string, fix?: string): Check;
  failed(code: CheckCode, says: string, fix?: string): Check;
  unknown(code: CheckCode, says: string, fix?: string): Check;
  /** It was not found out, since something else has to be fixed first. */
  untried(code: CheckCode, why: string): Check;
  /** What could not be read: failed where that is what the check is about, and a person has to fix it. */
  unread(code: CheckCode, reason: Unknown, fix?: string): Check;
}

export function judging(subject: string): Judge {
  const give =
    (verdict: Verdict) =>
    (code: CheckCode, says: string, fix: string = checkCatalogue[code].fix): Check => ({
      code,
      subject,
      verdict,
      says,
      fix,
    });
  return {
    ok: (code, says) => ({ code, subject, verdict: 'ok', says }),
    warning: give('warning'),
    failed: give('failed'),
    unknown: give('unknown'),
    untried: (code, why) => ({ code, subject, verdict: 'unknown', says: `Not tried: ${why}.` }),
    unread: (code, { code: cause, message }, fix = checkCatalogue[code].fix) =>
      lasting.includes(cause)
        ? give('failed')(code, message, fix)
        : give('unknown')(code, message, `Ask again; if it stays so: ${fix}`),
  };
}

/** Causes that do not pass by themselves: asking again would get the same answer. */
const lasting = [
  'access-denied',
  'conditional-access',
  'config',
  'forbidden',
  'no-credential',
  'not-found',
  'redirected',
  'refused-address',
  'sign-in-page',
  'state.unreadable-item',
  'unauthorized',
];

/** What all of it comes to: the worst of them. */
export function selectWorstVerdict(checks: readonly Check[]): Verdict {
  const has = (verdict: Verdict) => checks.some((check) => check.verdict === verdict);
  return (['failed', 'unknown', 'warning'] as const).find(has) ?? 'ok';
}
