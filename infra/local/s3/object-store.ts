import { createHash } from 'node:crypto';

/** Texts only. */
export interface StoredObject {
  readonly key: string;
  readonly text: string;
  /** What was given with it and is given back: content-type, cache-control. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly writtenAt: number;
}

/** Everything that outlives a restart, as plain JSON. */
export interface LocalS3State {
  readonly buckets: readonly {
    readonly name: string;
    /** Absent where it has none. */
    readonly policy?: string;
    readonly objects: readonly StoredObject[];
  }[];
}

export interface ObjectStore {
  createBucket(name: string, policy?: string): void;
  hasBucket(name: string): boolean;
  getPolicy(name: string): string | undefined;
  find(bucket: string, key: string): StoredObject | undefined;
  /** Keys of a bucket in the order of their bytes. */
  listKeys(bucket: string): readonly string[];
  /** The bucket is there. */
  put(bucket: string, object: Omit<StoredObject, 'writtenAt'>): void;
  snapshot(): LocalS3State;
}

export function createObjectStore(now: () => number, state?: LocalS3State): ObjectStore {
  const buckets = new Map(
    (state?.buckets ?? []).map(({ name, objects }) => [
      name,
      new Map(objects.map((object) => [object.key, object])),
    ]),
  );
  const policies = new Map((state?.buckets ?? []).map(({ name, policy }) => [name, policy]));
  return {
    createBucket(name, policy) {
      if (buckets.has(name)) return;
      buckets.set(name, new Map());
      policies.set(name, policy);
    },
    getPolicy: (name) => policies.get(name),
    hasBucket: (name) => buckets.has(name),
    find: (bucket, key) => buckets.get(bucket)?.get(key),
    listKeys: (bucket) =>
      [...(buckets.get(bucket)?.keys() ?? [])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    put(bucket, object) {
      buckets.get(bucket)?.set(object.key, { ...object, writtenAt: now() });
    },
    snapshot: () => ({
      buckets: [...buckets].map(([name, objects]) => {
        const policy = policies.get(name);
        return { name, ...(policy !== undefined && { policy }), objects: [...objects.values()] };
      }),
    }),
  };
}

/** Of an object that was put whole (S3 API Reference, Object). */
export const computeEtag = ({ text }: Pick<StoredObject, 'text'>): string =>
  `"${createHash('md5').update(text).digest('hex')}"`;
