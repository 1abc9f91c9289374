import { problemOfAuthority } from '../../../../shared/domain/issuers/azure-issuer.ts';

describe('an authority', () => {
  it.each([
    'https://login.microsoftonline.com',
    'https://login.microsoftonline.com/',
    'https://LOGIN.microsoftonline.us',
    'https://login.partner.microsoftonline.cn',
    'http://127.0.0.1:8080',
    'https://localhost:8443',
    'http://[::1]:1',
    'http://2130706433:80',
  ])('may be given a proof: %s', (text) => {
    expect(problemOfAuthority(text)).toBeUndefined();
  });

  it.each([
    ['login.microsoftonline.com', 'is not a URL'],
    ['http://login.microsoftonline.com', 'is none of'],
    ['https://login.microsoftonline.com:8443', 'is none of'],
    ['https://login.microsoftonline.com.evil.example', 'is none of'],
    ['https://evil.example', 'is none of'],
    ['https://login.microsoftonline.com.', 'is none of'],
    ['http://127.0.0.1.evil.example', 'is none of'],
    ['http://10.0.0.1', 'is none of'],
    ['ftp://127.0.0.1', 'is none of'],
    ['https://me:word@login.microsoftonline.com', 'user name or password'],
    ['https://login.microsoftonline.com@evil.example', 'user name or password'],
    ['https://login.microsoftonline.com/common', 'more than a host'],
    ['https://login.microsoftonline.com/?x', 'more than a host'],
    ['https://login.microsoftonline.com/#x', 'more than a host'],
  ])('may not be given a proof: %s', (text, problem) => {
    expect(problemOfAuthority(text)).toContain(problem);
    expect(problemOfAuthority(text)).not.toContain('word@');
  });
});
