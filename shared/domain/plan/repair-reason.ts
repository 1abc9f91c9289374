import type { Cause } from './change.ts';
import type { Reasons } from './change-reason.ts';
import { because } from './change-reason.ts';
import { REVOCATION_PATH } from './revocation.ts';
import type { RoleFacts } from './role-facts.ts';
import { names } from './role-facts.ts';

/** Why azfed takes a role over, in a sentence for the person who asked for it. */
export function adoptionReason({ target }: RoleFacts, fields: readonly string[]): Reasons {
  const what = fields.length === 0 ? 'as it is' : topics(fields);
  return {
    reason: `azfed takes over the role of ${names(target.bindings)} (${what}).`,
    occasion: `A person asks azfed to take over the role of ${names(target.bindings)} (${what}).`,
  };
}

const fact = (sentence: string): Reasons => ({ reason: sentence, occasion: sentence });

const topics = (fields: readonly string[]) =>
  [...new Set(fields.map((path) => path.split('.')[0]))].join(', ');

/** Why a role is brought in line, in a sentence for people. `fields`: paths of what differs. */
export function repairReason(cause: Cause, who: string, fields: readonly string[]): Reasons {
  if (fields.length === 0) return fact(`An interrupted run narrowed the role of ${who}.`);
  const what = topics(fields);
  switch (cause) {
    case 'drift':
      return because(`Somebody changed the role of ${who} in IAM (${what})`, 'it is put back');
    case 'change':
      if (fields.join() === REVOCATION_PATH)
        return because(
          `The sessions of ${who} that were revoked have ended`,
          'the policy that did so follows the record',
        );
      return because(`${who} or its grant changed`, `the role follows (${what})`);
    case 'conflict':
      return fact(`The role of ${who} changed in IAM while its desired state changed too (${what}).`);
    case 'new':
    case 'gone':
      return because(`An interrupted run began the role of ${who}`, `it is finished (${what})`);
  }
}
