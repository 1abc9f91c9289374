/** What Azure DevOps would refuse. In process it is thrown; over REST it becomes the status and the error document. */
export class RefusedError extends Error {
  readonly status: number;
  readonly typeKey: string;

  constructor(status: number, typeKey: string, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.status = status;
    this.typeKey = typeKey;
  }
}

/** The document that Azure DevOps sends with an error status. */
export function errorDocument(typeKey: string, message: string): object {
  return { $id: '1', innerException: null, message, typeName: typeKey, typeKey, errorCode: 0, eventId: 3000 };
}
