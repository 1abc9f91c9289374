import type { LoopbackAnswer, LoopbackRequest } from '../loopback-server.ts';
import type { ObjectStore } from './object-store.ts';
import { computeEtag } from './object-store.ts';
import { ServiceError } from './service-error.ts';

/** Bytes (S3 User Guide, object keys). */
const LONGEST_KEY = 1_024;

export const s3Operations: readonly string[] = ['PutObject', 'GetObject'];

/** Throws ServiceError for what S3 refuses. */
export function perform(store: ObjectStore, request: LoopbackRequest): LoopbackAnswer {
  const [bucket = '', ...parts] = request.segments;
  const key = parts.join('/');
  if (!store.hasBucket(bucket))
    throw new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist');
  if (key === '' || request.query.size > 0)
    throw new ServiceError('NotImplemented', 501, 'Only PutObject and GetObject are played here.');
  if (Buffer.byteLength(key) > LONGEST_KEY)
    throw new ServiceError('KeyTooLongError', 400, 'Your key is too long');
  if (request.method === 'PUT') return putObject(store, bucket, key, request);
  if (request.method === 'GET') return getObject(store, bucket, key);
  throw new ServiceError(
    'MethodNotAllowed',
    405,
    'The specified method is not allowed against this resource.',
  );
}

function putObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  { text, headers }: LoopbackRequest,
): LoopbackAnswer {
  const { 'content-type': contentType = 'binary/octet-stream', 'cache-control': cacheControl } = headers;
  store.put(bucket, {
    key,
    text,
    headers: { 'content-type': contentType, ...(cacheControl && { 'cache-control': cacheControl }) },
  });
  return { status: 200, headers: { etag: computeEtag({ text }) }, text: '' };
}

function getObject(store: ObjectStore, bucket: string, key: string): LoopbackAnswer {
  const object = store.find(bucket, key);
  if (!object) throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.');
  const { text, headers, writtenAt } = object;
  const lastModified = new Date(writtenAt).toUTCString();
  return {
    status: 200,
    headers: { ...headers, etag: computeEtag(object), 'last-modified': lastModified },
    text,
  };
}
