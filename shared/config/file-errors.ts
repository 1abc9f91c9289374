import { describeFailure } from '../domain/kernel/errors.ts';

const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'whoever runs this has no right to it',
  EPERM: 'whoever runs this has no right to it',
  EROFS: 'it is on a file system that takes no writes',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EEXIST: 'it is there already',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  ERR_INVALID_ARG_VALUE: 'no path holds a NUL character',
};

/** What the system says of a file, as the end of a sentence. */
export function explainFileError(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return fileErrors[code] ?? (code === '' ? describeFailure(error).message : code);
}
