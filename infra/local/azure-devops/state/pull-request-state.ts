/** What an organization has of pull requests. */
export interface PullRequestsState {
  readonly requests: readonly PullRequestRecord[];
  /** Ids of projects whose build service may `Contribute to pull requests`. */
  readonly contributors: readonly string[];
}

export interface PullRequestRecord {
  readonly id: number;
  readonly projectId: string;
  readonly repositoryId: string;
  readonly title: string;
  readonly sourceRefName: string;
  readonly targetRefName: string;
  readonly status: 'active' | 'completed' | 'abandoned';
  readonly threads: readonly ThreadRecord[];
}

export interface ThreadRecord {
  readonly id: number;
  readonly status: string;
  readonly comments: readonly CommentRecord[];
}

export interface CommentRecord {
  readonly id: number;
  readonly parentCommentId: number;
  readonly content: string;
  readonly commentType: string;
  readonly isDeleted?: true;
}
