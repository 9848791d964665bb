/** An inference server, as far as requests to it need it. */
export interface Host {
  /** Scheme, host and port. @throws as `assertAvailable`. */
  readonly origin: string;
  /** @throws ServiceError `upstream_unavailable` while the server is away. */
  assertAvailable(): void;
  /** Checks whether the server is still there: after a call that failed, for instance. */
  checkHealth(): void;
}
