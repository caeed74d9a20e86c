package longtail.sample;

/** The rows of an epoch by step and shard. */
interface StepRows {
  /** The rows that shard {@code shard} contributes to step {@code step}, in order. */
  int[] rows(int step, int shard);
}
