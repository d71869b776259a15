/** How a command ends, for scripts. Also in `holdfast --help`. */
export const EXIT = {
  ok: 0,
  /** The job that was waited for failed, was cancelled or suspended, or completed with errors. */
  jobFailed: 1,
  /** It was done or looked at, and not all of it is as it should be. */
  incomplete: 1,
  /** Wrong options, or something that the command needs is missing. */
  usage: 2,
  /** The API answered, and refused. */
  refused: 3,
  /** No answer from the API. */
  unreachable: 4,
  /** The request is kept, and nothing was done: a second person has to approve it. */
  waiting: 5,
  /** A fault of this program (sysexits' EX_SOFTWARE). */
  bug: 70,
} as const;

export const EXIT_HELP = `Exit codes:
  0  done
  1  the job failed, was cancelled or suspended, or completed with errors; or not all could be done, or is there; or a
     library run failed, or found something wrong
  2  wrong options, or something is missing (credentials, --api-url); nothing was sent
  3  refused by the API, or a dry run says that it would be
  4  the API cannot be reached
  5  nothing was done yet: a second person has to approve it
 70  a fault of this program itself`;
