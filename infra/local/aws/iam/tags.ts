import type { Tag } from '@aws-sdk/client-iam';
import { ServiceError } from '../protocol/service-error.ts';
import type { TagRecord } from '../state/state.ts';

const LIMIT = 50;

/** Keys ignore case and keep the spelling that came last (IAM User Guide, tagging). Throws. */
export function withTags(
  existing: readonly TagRecord[],
  added: readonly Tag[] | undefined,
): readonly TagRecord[] {
  const tags = (added ?? []).map(readTag);
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()));
  if (keys.size < tags.length) {
    throw new ServiceError(
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  const result = [...existing.filter(({ key }) => !keys.has(key.toLowerCase())), ...tags];
  if (result.length > LIMIT) {
    throw new ServiceError('LimitExceeded', `The number of tags has reached the maximum limit of ${LIMIT}.`);
  }
  return result;
}

export function withoutTags(existing: readonly TagRecord[], keys: readonly string[]): readonly TagRecord[] {
  const removed = new Set(keys.map((key) => key.toLowerCase()));
  return existing.filter(({ key }) => !removed.has(key.toLowerCase()));
}

export function tagList(tags: readonly TagRecord[]): Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

function readTag({ Key: key = '', Value: value = '' }: Tag): TagRecord {
  if (/^aws:/i.test(key)) {
    throw new ServiceError('InvalidInput', 'Tag keys starting with aws: are reserved for system use.');
  }
  return { key, value };
}
