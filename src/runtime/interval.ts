/** A stretch of time, on the clock of `awakeNow`; without `to` it has not ended. */
export interface Interval {
  from: number;
  to: number | undefined;
}
