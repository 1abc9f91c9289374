import { verbGroup } from '../../command-line/command-table.ts';

export const secretsVerb = verbGroup({
  create: {
    does: 'create or rotate one secret in Secrets Manager, and print its ARN and the line for federation.yaml; prints no secret',
    load: async () => (await import('./secrets-create.ts')).secretsCreateVerb,
  },
});
