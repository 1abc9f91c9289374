import type { HostRules } from '../../loopback/loopback-server.ts';
import { encodeError } from './query-codec.ts';
import { ServiceError } from './service-error.ts';

/**
 * The hosts of IAM, STS and CloudTrail in every partition (service models, endpoint rules). Tools that cannot be told another
 * endpoint reach the embedded AWS under them, by a proxy or a hosts file. Nobody but AWS gives these names an address.
 */
const awsHost =
  /^(?:iam|sts|cloudtrail)(?:-fips)?(?:\.[a-z]{2,5}(?:-[a-z]+)+(?:-\d)?)?\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws)$/;

export const awsHosts: HostRules = {
  acceptsHost: (name) => awsHost.test(name),
  refuse(name) {
    const message = `This is the embedded AWS, asked for as ${JSON.stringify(name)}. It answers to 127.0.0.1, localhost and the hosts of IAM, STS and CloudTrail.`;
    const error = new ServiceError('InvalidEndpoint', message);
    const text = encodeError('sts', error, crypto.randomUUID());
    return { status: error.status, headers: { 'content-type': 'text/xml' }, text };
  },
};
