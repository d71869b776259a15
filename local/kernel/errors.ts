/** An error as AWS would answer it. `code` is AWS's own error code; the protocol gives it its wire form. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body or headers that AWS documents for this code. */
  readonly detail: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, detail: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}
