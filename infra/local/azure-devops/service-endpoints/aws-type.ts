const inputs = [
  ['username', 'Access Key ID', false],
  ['password', 'Secret Access Key', true],
  ['sessionToken', 'Session Token', true],
  ['assumeRoleArn', 'Role to Assume', false],
  ['roleSessionName', 'Role Session Name', false],
  ['externalId', 'External ID', false],
  ['useOIDC', 'Use OIDC', false],
] as const;

/**
 * The endpoint type that the toolkit installs (aws-toolkit-azure-devops, vss-extension.json, `aws-credentials`). `useOIDC`
 * came with version 1.15.0.
 */
export const awsTypeDocument = (toolkit: 'old' | 'current') => ({
  name: 'AWS',
  displayName: 'AWS',
  endpointUrl: { displayName: 'Server Url', value: 'https://aws.amazon.com/', isVisible: 'false' },
  authenticationSchemes: [
    {
      scheme: 'UsernamePassword',
      displayName: 'Basic Authentication',
      inputDescriptors: inputs
        .filter(([id]) => toolkit === 'current' || id !== 'useOIDC')
        .map(([id, name, isConfidential]) => ({
          id,
          name,
          isConfidential,
          inputMode: id === 'useOIDC' ? 'checkBox' : 'textBox',
          validation: { isRequired: false, dataType: id === 'useOIDC' ? 'boolean' : 'string' },
        })),
    },
  ],
});
