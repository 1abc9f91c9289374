import type { Json, PolicyDocument, Statement } from './policy-document.ts';
import { listOf } from './policy-document.ts';

/**
 * Policies of service-linked roles: AWS attaches them itself, and refuses everybody else (IAM API reference,
 * AttachRolePolicy, PolicyNotAttachable).
 */
export function isServiceLinkedPolicy(arn: string): boolean {
  return arn.includes(':policy/aws-service-role/');
}

/**
 * Policies of AWS that give their holder everything, or the right to give it to oneself: administrators of the account,
 * and of IAM (AWS Managed Policy Reference; what iam:* is worth: IAM User Guide, delegating with boundaries).
 */
const administrators: ReadonlySet<string> = new Set([
  'AdministratorAccess',
  'AdministratorAccess-Amplify',
  'AdministratorAccess-AWSElasticBeanstalk',
  'IAMFullAccess',
]);

export function isAdministratorPolicy(arn: string): boolean {
  return administrators.has(/:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? '');
}

/** Whether a document allows every action, or every action of IAM, on everything, under no condition. */
export function allowsAdministration({ Statement: statements }: PolicyDocument): boolean {
  return listOf<Statement>(statements).some(
    ({ Effect: effect, Action: actions, NotAction: others, Resource: resources, Condition: condition }) =>
      effect === 'Allow' &&
      condition === undefined &&
      textsOf(resources).some((resource) => /^(?:\*|arn:[^:]*:iam::\*:\*)$/.test(resource)) &&
      (others !== undefined
        ? !textsOf(others).some((action) => /^(?:iam:)?\*(?::\*)?$/i.test(action))
        : textsOf(actions).some((action) => /^(?:\*|\*:\*|iam:\*)$/i.test(action))),
  );
}

const textsOf = (value: Json | undefined): readonly string[] =>
  listOf<Json>(value).filter((member) => typeof member === 'string');
