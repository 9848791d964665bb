/** An inference server as those see it who send requests there. */
export interface Host {
  /** Scheme, host and port. @throws as `assertAvailable`. */
  readonly origin: string;
  /** @throws ServiceError `upstream_unavailable` while the server is away. */
  assertAvailable(): void;
  /** There is doubt about the server: looks whether it is still there. */
  suspect(): void;
}
