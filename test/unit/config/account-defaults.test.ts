import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigurationText } from '../../../shared/config/configuration-text.ts';
import { noPolicyFiles } from '../../../shared/config/inline-policies.ts';
import { parseConfiguration } from '../../../shared/config/load-configuration.ts';
import { parseShippedConfiguration } from '../../../shared/config/shipped-configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

const begin = `version: 1
organizations:
  - { name: contoso, id: 11111111-2222-3333-4444-555555555555, credential: { type: pat, env: AZURE_DEVOPS_PAT } }
`;
const defaults = `accountDefaults:
  assumeRole: team/azfed-spoke
  readRole: azfed-spoke-read
  externalId: azfed-contoso
`;
const accounts = `accounts:
  - { id: "111122223333", name: payments-prod }
  - { id: "444455556666", partition: aws-cn, externalId: other }
  - { id: "777788889999", readRole: "arn:aws:iam::777788889999:role/own-read" }
`;
const parse = (text: string) => parseConfiguration(text, 'federation.yaml', noPolicyFiles);
const listProblems = (text: string) => {
  try {
    parse(text);
    return [];
  } catch (error) {
    return error instanceof ConfigError
      ? error.problems.map(({ where, what }) => `${where} ${what}`)
      : [error];
  }
};

const expected = [
  {
    id: '111122223333',
    name: 'payments-prod',
    partition: 'aws',
    assumeRole: 'arn:aws:iam::111122223333:role/team/azfed-spoke',
    readRole: 'arn:aws:iam::111122223333:role/azfed-spoke-read',
    externalId: 'azfed-contoso',
  },
  {
    id: '444455556666',
    partition: 'aws-cn',
    assumeRole: 'arn:aws-cn:iam::444455556666:role/team/azfed-spoke',
    readRole: 'arn:aws-cn:iam::444455556666:role/azfed-spoke-read',
    externalId: 'other',
  },
  {
    id: '777788889999',
    partition: 'aws',
    assumeRole: 'arn:aws:iam::777788889999:role/team/azfed-spoke',
    readRole: 'arn:aws:iam::777788889999:role/own-read',
    externalId: 'azfed-contoso',
  },
];

it('gives each account what it does not say otherwise', () => {
  expect(parse(begin + defaults + accounts).accounts).toEqual(expected);
  expect(parse(begin + accounts.split('\n').slice(0, 2).join('\n')).accounts[0]).toEqual({
    id: '111122223333',
    name: 'payments-prod',
    partition: 'aws',
  });
});

it('ships what functions of the release before read, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-defaults-'));
  const file = join(folder, 'federation.yaml');
  writeFileSync(file, begin + defaults + accounts);
  const { text } = readConfigurationText(file);
  rmSync(folder, { recursive: true });
  expect(text).not.toContain('accountDefaults');
  expect(parseShippedConfiguration(text).accounts).toEqual(expected);
});

it.each([
  ['arn:aws:iam::111122223333:role/azfed-spoke', /accountDefaults\.assumeRole\) .*is not the name of a role/],
  ['azfed spoke', /accountDefaults\.assumeRole\) .*is not the name of a role/],
])('refuses %s as a default, at its own line', (name, message) => {
  const problems = listProblems(begin + defaults.replace('team/azfed-spoke', `"${name}"`) + accounts);
  expect(problems[0]).toMatch(/^federation\.yaml:5:/);
  expect(problems[0]).toMatch(message);
});
