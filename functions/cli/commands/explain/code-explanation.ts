import { nearestWord } from '../../../../shared/config/suggestion.ts';
import { checkCatalogue } from '../../../../shared/domain/doctor/catalogue.ts';
import { eventCatalogue } from '../../../../shared/domain/records/event.ts';
import { findingCatalogue } from '../../../../shared/domain/findings/finding.ts';
import { lintCatalogue } from '../../../../shared/domain/lint/lint-catalogue.ts';
import { failureCatalogue } from '../../../../shared/domain/verify/failures.ts';
import { blockedReasons } from '../../../../shared/domain/plan/blocked-reasons.ts';

/** What a stable code of azfed means, wherever it is met. */
export interface CodeExplanation {
  readonly code: string;
  /** Where it is met: `finding`, `event` ... */
  readonly of: string;
  readonly severity?: string;
  readonly meaning: string;
  readonly fix?: string;
}

const explanations: readonly CodeExplanation[] = [
  ...Object.entries(findingCatalogue).map(([code, { severity, meaning, fix }]) => ({
    ...{ code, of: 'finding', severity, meaning, fix },
  })),
  ...Object.entries(lintCatalogue).map(([code, { severity, title, meaning, fix }]) => ({
    ...{ code, of: 'finding of azfed lint', severity, meaning: `${title}. ${meaning}`, fix },
  })),
  ...Object.entries(checkCatalogue).map(([code, { title, protects, fix }]) => ({
    ...{ code, of: 'check of azfed doctor', meaning: `${title}. ${protects}`, fix },
  })),
  ...Object.entries(failureCatalogue).map(([code, { title, where, fix }]) => ({
    ...{ code, of: 'failure of azfed verify', meaning: `${title}. Where to look: ${where}.`, fix },
  })),
  ...Object.entries(blockedReasons).map(([code, fix]) => ({
    ...{ code, of: 'reason why a change is held', meaning: 'A change is needed, and waits.', fix },
  })),
  ...Object.entries(eventCatalogue).map(([code, { severity, meaning }]) => ({
    code,
    of: 'event',
    severity,
    meaning,
  })),
];

/** The code that was probably meant. Nothing where it may just as well be the name of a connection: codes have a dot. */
export function nearestCode(typed: string): string | undefined {
  return /^\w+\.[\w.-]+$/.test(typed)
    ? nearestWord(
        typed,
        explanations.map(({ code }) => code),
      )
    : undefined;
}

/** All that the code stands for: lint and plan may use one word for two things. Empty: it is none. */
export function explainCode(typed: string): readonly CodeExplanation[] {
  return explanations.filter(({ code }) => code === typed || code === `${typed}.v1`);
}
