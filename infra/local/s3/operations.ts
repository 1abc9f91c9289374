import type { Access } from '../aws/requests/access-guard.ts';
import type { LoopbackAnswer, LoopbackRequest } from '../loopback/loopback-server.ts';
import { computeEtag, type ObjectStore } from './object-store.ts';
import { ServiceError } from './service-error.ts';

/** Bytes (S3 User Guide, object keys). */
const LONGEST_KEY = 1_024;

/** Keys of a page at most (S3 API Reference, ListObjectsV2). */
const MOST_KEYS = 1_000;

export const s3Operations: readonly string[] = ['PutObject', 'GetObject', 'ListObjectsV2'];

/** Throws ServiceError for what S3 refuses; `authorize` throws for what the policies of the caller do not let it do. */
export function perform(
  store: ObjectStore,
  request: LoopbackRequest,
  authorize: (access: Access) => void,
): LoopbackAnswer {
  const [bucket = '', ...parts] = request.segments;
  const key = parts.join('/');
  if (!store.hasBucket(bucket))
    throw new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist');
  for (const access of listAccesses(store, request)) authorize(access);
  if (isListing(key, request)) return listObjects(store, bucket, request);
  if (key === '' || request.query.size > 0)
    throw new ServiceError('NotImplemented', 501, `Only ${s3Operations.join(', ')} are played here.`);
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

/** Which rights a request needs (Service Authorization Reference, S3: actions and their condition keys). */
function listAccesses(store: ObjectStore, request: LoopbackRequest): readonly Access[] {
  const [bucket = '', ...parts] = request.segments;
  const key = parts.join('/');
  const policy = store.getPolicy(bucket);
  const object = { resource: `arn:aws:s3:::${bucket}/${key}`, policy };
  const context = { 's3:prefix': request.query.getAll('prefix') };
  const list = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context, policy };
  if (isListing(key, request)) return [list];
  if (request.method === 'PUT') {
    const condition = [request.headers['if-none-match'] ?? []].flat();
    const keys = { 's3:if-none-match': condition, 's3:ObjectCreationOperation': ['true'] };
    return [{ action: 's3:PutObject', ...object, context: keys }];
  }
  // Without the right to list, nobody learns what is not there (S3 API Reference, GetObject, permissions).
  const isMissing = store.find(bucket, key) === undefined;
  return [{ action: 's3:GetObject', ...object }, ...(isMissing ? [list] : [])];
}

const isListing = (key: string, { method, query }: LoopbackRequest) =>
  key === '' && method === 'GET' && query.get('list-type') === '2';

function putObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  { text, headers }: LoopbackRequest,
): LoopbackAnswer {
  const { 'content-type': contentType = 'binary/octet-stream', 'cache-control': cacheControl } = headers;
  // S3 User Guide, conditional writes: `*` is the one value of If-None-Match that PutObject takes.
  const condition = headers['if-none-match'];
  if (condition !== undefined && condition !== '*')
    throw new ServiceError(
      'NotImplemented',
      501,
      'A header you provided implies functionality that is not implemented',
    );
  if (condition === '*' && store.find(bucket, key))
    throw new ServiceError(
      'PreconditionFailed',
      412,
      'At least one of the pre-conditions you specified did not hold',
    );
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

/** Pages are cut after `max-keys`; the token of the next page is the last key of this one (opaque to clients). */
function listObjects(store: ObjectStore, bucket: string, { query }: LoopbackRequest): LoopbackAnswer {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after =
    token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const most = Math.min(Number(query.get('max-keys') ?? MOST_KEYS), MOST_KEYS);
  const keys = store
    .listKeys(bucket)
    .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const page = keys.slice(0, most);
  const isTruncated = keys.length > most;
  const next = Buffer.from(page.at(-1) ?? '').toString('base64url');
  const contents = page.map((key) => {
    const object = store.find(bucket, key);
    const written = new Date(object?.writtenAt ?? 0).toISOString();
    return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${written}</LastModified><ETag>${escapeXml(computeEtag({ text: object?.text ?? '' }))}</ETag><Size>${Buffer.byteLength(object?.text ?? '')}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const more = isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${String(isTruncated)}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, text };
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
