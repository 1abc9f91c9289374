import { parseOrganizationAddress } from '../../../../shared/adapters/azure-devops/address.ts';
import { problemOfAddress } from '../../../../shared/adapters/azure-devops/address.ts';

describe('the address that a token may be sent to', () => {
  it.each([
    'https://dev.azure.com/contoso',
    'https://contoso.visualstudio.com',
    'https://DEV.azure.com/contoso',
    'http://127.0.0.1:8080/contoso',
    'http://localhost:8080/contoso',
    'http://[::1]:8080/contoso',
    'https://localhost/contoso',
  ])('may be %s', (url) => {
    expect(problemOfAddress(url)).toBeUndefined();
  });

  it.each([
    ['contoso', 'not a URL'],
    ['http://dev.azure.com/contoso', 'not https'],
    ['ftp://localhost/contoso', 'not https'],
    ['https://dev.azure.com:8443/contoso', 'dev.azure.com:8443 is not a host'],
    ['https://dev.azure.com.evil.example/contoso', 'is not a host'],
    ['https://evil.example/dev.azure.com', 'is not a host'],
    ['https://a.b.visualstudio.com', 'is not a host'],
    ['https://visualstudio.com', 'is not a host'],
    ['https://tfs.contoso.example/tfs', 'is not a host'],
    ['https://169.254.169.254/contoso', 'is not a host'],
    ['http://127.0.0.1.evil.example/contoso', 'not https'],
    ['https://user:secret@dev.azure.com/contoso', 'user name or password'],
    ['https://dev.azure.com@evil.example/contoso', 'user name or password'],
    ['https://dev.azure.com/contoso?x=1', 'query'],
    ['https://dev.azure.com/contoso#x', 'fragment'],
    ['https://dev.azure.com/contoso?', 'query'],
    ['https://dev.azure.com/contoso#', 'fragment'],
  ])('is not %s: %s', (url, problem) => {
    expect(problemOfAddress(url)).toContain(problem);
    expect(problemOfAddress(url)).not.toContain('secret');
  });
});

it.each<[string, string | undefined, boolean]>([
  ['https://dev.azure.com/Contoso', 'Contoso', true],
  ['https://dev.azure.com/contoso/', 'contoso', true],
  ['http://127.0.0.1:8080/contoso', 'contoso', true],
  ['https://Contoso.visualstudio.com', 'Contoso', true],
  ['https://Contoso.visualstudio.com/', 'Contoso', true],
  ['https://contoso.visualstudio.com/', 'contoso', false],
  ['https://Contoso.visualstudio.com/DefaultCollection/', 'Contoso', true],
  ['https://dev.azure.com', undefined, false],
  ['https://dev.azure.com/contoso/Shop', undefined, false],
  ['https://contoso.visualstudio.com/Shop', undefined, false],
  ['https://a.b.visualstudio.com/', undefined, false],
  ['https://-a.visualstudio.com/', undefined, false],
  ['https://contoso.visualstudio.com.example.net/', undefined, false],
  ['https://example.net/contoso.visualstudio.com', undefined, false],
  ['https://example.net/contoso', undefined, false],
  ['https://dev.azure.com/%2A', undefined, false],
  ['contoso', undefined, false],
  ['', undefined, false],
])('%s is the address of %s', (address, name, isSpelled) => {
  expect(parseOrganizationAddress(address)).toEqual(name === undefined ? undefined : { name, isSpelled });
});
