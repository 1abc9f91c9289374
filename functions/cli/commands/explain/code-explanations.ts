import { stateMeanings, stateWords } from '../../../../shared/application/reporting/state-words.ts';
import { nearestWord } from '../../../../shared/domain/kernel/nearest-word.ts';
import { checkCatalogue } from '../../../../shared/domain/doctor/catalogue.ts';
import { findingCatalogue } from '../../../../shared/domain/findings/finding.ts';
import { importCatalogue } from '../../../../shared/domain/import/import-catalogue.ts';
import { lintCatalogue } from '../../../../shared/domain/lint/lint-catalogue.ts';
import { blockedReasons } from '../../../../shared/domain/records/blocked-reason.ts';
import { eventCatalogue } from '../../../../shared/domain/records/event-catalogue.ts';
import { failureCatalogue } from '../../../../shared/domain/verify/failures.ts';

/** What a stable code of azfed means, wherever it is met. */
export interface CodeExplanation {
  readonly code: string;
  /** Where it is met: `finding`, `event` ... */
  readonly of: string;
  readonly severity?: string;
  readonly meaning: string;
  readonly fix?: string;
}

/** Words of a plan, of a run and of its results, by what they are. */
const planWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cause of a change': {
    drift: 'Somebody changed the role in IAM.',
    change: 'Somebody changed the connection in Azure DevOps, or the configuration.',
    conflict: 'Both changed at once: azfed widens nothing until a person decides by azfed apply.',
    new: 'azfed has no record of the role or the provider yet.',
    gone: 'The role is in the records and no longer in IAM.',
  },
  'outcome of a run': {
    converged: 'Nothing was to be done: everything is as it should be.',
    changed: 'azfed made changes, and read each of them back.',
    held: 'Something blocks every change that is left, or a connection with a role is missing.',
    partial: 'Something could not be read, or not everything was tried: what was not seen may differ.',
    failed: 'A change failed; the report shows the text of AWS.',
  },
  'result of a change': {
    done: 'azfed made the change and read it back.',
    skipped: 'azfed did not begin the change: the run was interrupted or out of time. The next run makes it.',
    repairing: 'azfed repairs what the event says.',
    narrowed: 'azfed made only the part of the change that narrows access; the rest waits.',
  },
  'credentials of a connection': {
    federated: 'The pipelines use OIDC.',
    keys: 'The pipelines use an access key that is stored in the connection: azfed migrate keys.',
    mixed: 'OIDC is on, and a stored access key is used before it: azfed migrate keys.',
    'agent-role': 'The credentials of the agent assume the role.',
    nothing:
      'The connection holds no credentials: tasks take variables of the pipeline, or those of the agent.',
    unclear: 'The tasks of the AWS toolkit disagree about what the connection uses.',
    'not-shown': 'Azure DevOps does not show azfed what the connection uses: a right is missing.',
  },
  severity: {
    critical: 'Somebody may have access now who should not, or more than was granted. Look at once.',
    high: 'Access may be wrong, or nobody learns of it. Look today.',
    medium: 'Something waits for a person.',
    low: 'For the record, or for a quiet hour.',
    info: 'Nothing is wrong.',
  },
  'error of azfed': {
    lease: 'Another run is writing to the account. It ends by itself; the next run takes up what is left.',
    moved: 'IAM changed between the look and the write, so azfed wrote nothing. The next run looks again.',
    permission: 'AWS or Azure DevOps refused a call for lack of a right; the message names it.',
    overtaken:
      'Discovery has seen something newer than the run rests on, so azfed only narrowed roles. The next run decides.',
    'read-back': 'IAM does not show yet what azfed wrote. The next run looks again.',
    'cut-short': 'An answer ended too early, so that azfed decides nothing by it. The next run asks again.',
    'unexpected-shape': 'An answer from outside was not as documented, so that azfed decides nothing by it.',
    unexpected: 'An error that azfed does not know; the message is that of the program that raised it.',
    'run.out-of-time':
      'The run had no time left. The next run, which is asked for at once, takes up what is left.',
  },
};

const explanations: readonly CodeExplanation[] = [
  ...Object.entries(findingCatalogue).map(([code, { severity, meaning, fix }]) => ({
    ...{ code, of: 'finding', severity, meaning, fix },
  })),
  ...Object.entries(importCatalogue).map(([code, { severity, meaning, fix }]) => ({
    code,
    of: 'reason of azfed import',
    severity,
    meaning,
    fix,
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
  ...Object.entries(stateWords).map(([code, meaning]) => ({ code, of: 'state of a connection', meaning })),
  ...Object.entries(stateMeanings).map(([code, meaning]) => ({
    code,
    of: 'what azfed would do, `state` in --json',
    meaning,
  })),
  ...Object.entries(planWords).flatMap(([of, words]) =>
    Object.entries(words).map(([code, meaning]) => ({ code, of, meaning })),
  ),
  ...Object.entries(eventCatalogue).map(([code, { severity, meaning }]) => ({
    code,
    of: 'event',
    severity,
    meaning,
  })),
];

/** The code that was probably meant. Nothing where it may just as well be the name of a connection: codes have a dot. */
export function findNearestCode(typed: string): string | undefined {
  return /^\w+\.[\w.-]+$/.test(typed) ? nearestWord(typed, listCodes()) : undefined;
}

/** The same for words without a dot: asked only where no connection has the name. */
export const findNearestWord = (typed: string): string | undefined => nearestWord(typed, listCodes());

const listCodes = () => explanations.map(({ code }) => code);

/** Errors of one place: their message says what it answered. */
const errorFamilies: Readonly<Record<string, string>> = {
  state: 'The table of azfed in DynamoDB refused, or an item in it cannot be read.',
  kms: 'KMS did not sign or verify a record.',
  entra: 'Microsoft Entra gave no token for Azure DevOps.',
  secret: 'A secret in Secrets Manager could not be read.',
  queue: 'SQS did not take a message.',
  trail: 'CloudTrail could not be read.',
  history: 'The history of a connection could not be written.',
  lease: 'The lease of an account could not be taken or given back.',
  message: 'A message of the queue cannot be read.',
};

function explainFamily(code: string): readonly CodeExplanation[] {
  const [, family = ''] = /^([a-z]+)\.[a-z-]+$/.exec(code) ?? [];
  if (!Object.hasOwn(errorFamilies, family)) return [];
  const fix = 'Read the message. azfed doctor checks everything that has to be true.';
  return [{ code, of: 'error of azfed', meaning: errorFamilies[family] ?? '', fix }];
}

/** All that the code stands for: lint and plan may use one word for two things. Empty: it is none. */
export function explainCode(typed: string): readonly CodeExplanation[] {
  const found = explanations.filter(({ code }) => code === typed || code === `${typed}.v1`);
  return found.length > 0 ? found : explainFamily(typed);
}
