import type { ProviderArn, RoleArn } from '../kernel/ids.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';

/** One write to IAM. A change is a list of them, in the order that never widens while a narrowing is pending. */
export type Step =
  | {
      readonly action: 'createProvider';
      readonly provider: ProviderArn;
      readonly audiences: readonly string[];
    }
  | { readonly action: 'addAudience'; readonly provider: ProviderArn; readonly audience: string }
  | {
      readonly action: 'createRole';
      readonly role: RoleArn;
      /** Closed: nobody can satisfy it until the last step opens it. */
      readonly trust: PolicyDocument;
      /** ARN; `undefined`: its grant says that there is none. */
      readonly boundary: string | undefined;
      readonly maxSessionDuration: number;
      readonly description: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly action: 'setBoundary'; readonly role: RoleArn; readonly boundary: string }
  | { readonly action: 'setTrust'; readonly role: RoleArn; readonly trust: PolicyDocument }
  | { readonly action: 'detachManagedPolicy'; readonly role: RoleArn; readonly policy: string }
  | { readonly action: 'attachManagedPolicy'; readonly role: RoleArn; readonly policy: string }
  | { readonly action: 'deleteInlinePolicy'; readonly role: RoleArn; readonly name: string }
  | {
      readonly action: 'putInlinePolicy';
      readonly role: RoleArn;
      readonly name: string;
      readonly document: PolicyDocument;
    }
  /** UpdateRole resets a session duration that it is not given to 3600 (IAM API reference), so it is given both. */
  | {
      readonly action: 'updateRole';
      readonly role: RoleArn;
      readonly maxSessionDuration: number;
      readonly description: string;
    }
  | { readonly action: 'tagRole'; readonly role: RoleArn; readonly tags: Readonly<Record<string, string>> }
  | { readonly action: 'untagRole'; readonly role: RoleArn; readonly keys: readonly string[] }
  /** The role must be bare: no policies, and in no instance profile. */
  | { readonly action: 'deleteRole'; readonly role: RoleArn }
  /** Sessions that were issued until now may do nothing any more: an inline policy that bears the
   * time of its writing. `quarantines`: nor may those that are issued within a while. */
  | { readonly action: 'revokeSessions'; readonly role: RoleArn; readonly quarantines?: boolean }
  /** Read the role again and go on only when the fields at `paths` have the digests of `expected`. */
  | {
      readonly action: 'readBack';
      readonly role: RoleArn;
      readonly expected: Readonly<Record<string, string>>;
    }
  /** Read the role again and go on only when there is none. */
  | { readonly action: 'readBackGone'; readonly role: RoleArn };

/** One request that writes. */
export type WriteStep = Exclude<Step, { action: 'readBack' | 'readBackGone' | 'revokeSessions' }>;

/** What is carried out first, and what only when that is done. */
export interface Steps {
  readonly narrowing: readonly Step[];
  readonly widening: readonly Step[];
  /** In place of both. */
  readonly atOnce?: readonly Step[];
}
