const inputs = [
  ['username', 'Access Key ID', false],
  ['password', 'Secret Access Key', true],
  ['sessionToken', 'Session Token', true],
  ['assumeRoleArn', 'Role to Assume', false],
  ['roleSessionName', 'Role Session Name', false],
  ['externalId', 'External ID', false],
  ['useOIDC', 'Use OIDC', false],
] as const;

/** The endpoint type that the toolkit installs (aws-toolkit-azure-devops, vss-extension.json, `aws-credentials`). */
export const awsTypeDocument = {
  name: 'AWS',
  displayName: 'AWS',
  endpointUrl: { displayName: 'Server Url', value: 'https://aws.amazon.com/', isVisible: 'false' },
  authenticationSchemes: [
    {
      scheme: 'UsernamePassword',
      displayName: 'Basic Authentication',
      inputDescriptors: inputs.map(([id, name, isConfidential]) => ({
        id,
        name,
        isConfidential,
        inputMode: id === 'useOIDC' ? 'checkBox' : 'textBox',
        validation: { isRequired: false, dataType: id === 'useOIDC' ? 'boolean' : 'string' },
      })),
    },
  ],
};
