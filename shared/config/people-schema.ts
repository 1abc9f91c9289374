import * as z from 'zod';
import type { People, PersonKind } from '../domain/configuration/people.ts';
import {
  findPrincipalProblem,
  listPersonKinds,
  personKinds,
  toPrincipalPattern,
} from '../domain/configuration/people.ts';
import { ruled } from './field.ts';

const describePatterns = (kind: PersonKind) =>
  z
    .array(ruled(findPrincipalProblem).describe('ARN of an IAM role or user, or a pattern with `*` and `?`.'))
    .default([])
    .describe(
      `Who may ${personKinds[kind].may}: ARNs of IAM roles and users, or patterns. The account is written out; \`_*\` after a permission set stands for its suffix.`,
    );

export const people = z
  .strictObject({
    readers: describePatterns('readers'),
    operators: describePatterns('operators'),
    approvers: describePatterns('approvers'),
    retirers: describePatterns('retirers'),
  })
  .meta({
    title: 'People',
    description:
      'Which people the roles in the accounts let in beside the functions: docs/reference/people.md. Left out: nobody.',
  });

/** Lists that are empty are left out. */
export function toPeople(file: z.infer<typeof people>): People {
  return Object.fromEntries(
    listPersonKinds.flatMap((kind) =>
      file[kind].length > 0 ? [[kind, file[kind].map(toPrincipalPattern)]] : [],
    ),
  );
}
