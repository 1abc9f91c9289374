import { describeFailure } from '../../../../shared/domain/kernel/errors.ts';
import { describeUnreached, explainSilence } from '../../../../shared/domain/kernel/unreached.ts';
import { errorText } from '../../../../functions/cli/output/error-text.ts';

const fail = (fields: object, message = 'raw text') => Object.assign(new Error(message), fields);
const HOST = 'sts.eu-west-1.amazonaws.com';

it.each<[string, unknown, string | undefined, RegExp]>([
  [
    'a port that nobody listens at',
    fail({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 9 }),
    'ECONNREFUSED',
    /^nothing accepts connections at 127\.0\.0\.1:9; check the address/,
  ],
  [
    'every address of a name',
    new AggregateError(
      [fail({ code: 'ECONNREFUSED', address: '::1', port: 9 }), fail({ code: 'ECONNREFUSED' })],
      '',
    ),
    'ECONNREFUSED',
    /at \[::1\]:9/,
  ],
  [
    'fetch, which keeps the reason in the cause',
    new TypeError('fetch failed', { cause: fail({ code: 'UND_ERR_CONNECT_TIMEOUT' }) }),
    'UND_ERR_CONNECT_TIMEOUT',
    /^the other side did not answer in time/,
  ],
  [
    'an unknown name',
    fail({ code: 'ENOTFOUND', hostname: HOST }),
    'ENOTFOUND',
    /no such name as sts\.eu-west-1/,
  ],
  ['a name service that is out', fail({ code: 'EAI_AGAIN', hostname: HOST }), 'EAI_AGAIN', /DNS/],
  ['a deadline of the SDK', fail({ name: 'TimeoutError', host: HOST }), 'TimeoutError', /^sts\..* in time/],
  ['a deadline of the system', fail({ code: 'ETIMEDOUT', host: HOST }), 'ETIMEDOUT', /^sts\..* in time/],
  ['a pipe that breaks', fail({ code: 'EPIPE', host: HOST }), 'EPIPE', /closed the connection/],
  ['a socket that hangs up', fail({}, 'socket hang up'), 'ECONNRESET', /closed the connection/],
  [
    'no way there',
    fail({ code: 'EHOSTUNREACH', address: '10.0.0.1', port: 443 }),
    'EHOSTUNREACH',
    /10\.0\.0\.1:443/,
  ],
  [
    'an old certificate',
    fail({ code: 'CERT_HAS_EXPIRED', host: HOST }),
    'CERT_HAS_EXPIRED',
    /check the clock/,
  ],
  [
    'a private authority',
    fail({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    'SELF_SIGNED_CERT_IN_CHAIN',
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a certificate of others',
    fail({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', host: HOST }),
    'ERR_TLS_CERT_ALTNAME_INVALID',
    /another name/,
  ],
  ['plain HTTP', fail({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), 'ERR_SSL_WRONG_VERSION_NUMBER', /TLS/],
  ['something else than HTTP', fail({ code: 'HPE_INVALID_CONSTANT' }), 'HPE_INVALID_CONSTANT', /HTTP/],
  ['a code that is not listed', fail({ code: 'ECONNODD', host: HOST }), 'ECONNODD', /could not be reached/],
  [
    'a proxy that wants a sign-in',
    fail({ code: 'ECONNRESET' }, 'tunneling socket could not be established, statusCode=407'),
    'HTTP 407',
    /HTTPS_PROXY/,
  ],
  [
    'a proxy that is not there',
    fail(
      { code: 'ECONNRESET' },
      'tunneling socket could not be established, cause=connect ECONNREFUSED 10.0.0.1:3128',
    ),
    'ECONNREFUSED',
    /^the proxy could not be reached/,
  ],
  ['a proxy before AWS', fail({ $metadata: { httpStatusCode: 407 } }), 'HTTP 407', /HTTPS_PROXY/],
  [
    'what another realm threw',
    fail({}, 'AWS SDK error wrapper for Error: connect ECONNREFUSED 127.0.0.1:9'),
    'ECONNREFUSED',
    /check/,
  ],
  ['a file that is not there', fail({ code: 'ENOENT' }), undefined, /^raw text$/],
  ['a bug', new TypeError('x is not a function'), undefined, /^x is not a function$/],
])('says of %s what happened, where, and what to check', (_what, error, code, says) => {
  const unreached = describeUnreached(error);
  expect(unreached?.code).toBe(code);
  expect(unreached?.says ?? explainSilence(error)).toMatch(says);
  if (!unreached) return;
  const text = errorText(error instanceof Error ? error : undefined);
  expect(text).toMatch(/^Outside: no answer\n {2}no answer \([\w ]+\): .*\.\n {2}Try again\./);
  expect(text).not.toMatch(/raw text|wrapper|AggregateError|\n {4}at /);
});

it('names the host that the caller has asked', () => {
  expect(explainSilence(fail({ code: 'ECONNRESET' }), HOST)).toContain(`${HOST} closed the connection`);
  expect(explainSilence('odd', HOST)).toBe(`no answer from ${HOST}`);
});

it('says something of whatever was thrown', () => {
  expect(describeFailure({ status: 500 }).message).toBe('{"status":500}');
  expect(
    describeFailure(new AggregateError([new Error('a'), new Error('b'), new Error('a')], '')).message,
  ).toBe('a; b');
  expect(describeFailure('a text').message).toBe('a text');
});
