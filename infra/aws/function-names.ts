export const functionNames = ['discover', 'reconcile', 'hook', 'iam-change', 'deliver', 'report'] as const;
export type FunctionName = (typeof functionNames)[number];
