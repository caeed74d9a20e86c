package longtail.sample;

import java.util.SplittableRandom;
import longtail.RandomStreams;

/** The random streams of one epoch's plan. */
record EpochStreams(Epoch epoch) {
  /** Sets the streams of this class apart from the program's other streams of the same seed. */
  private static final long STREAM = 0x53414D504C45L;

  /** Sets the streams that go on from epoch to epoch apart from those of one epoch. */
  private static final long ENDLESS = 0x4359434C45L;

  /** The stream of shard {@code shard}. */
  SplittableRandom ofShard(int shard) {
    return RandomStreams.of(epoch.seed(), STREAM, epoch.stage(), epoch.epoch(), shard);
  }

  /** The stream of draw {@code position} of shard {@code shard}. */
  SplittableRandom ofDraw(int shard, int position) {
    return RandomStreams.of(epoch.seed(), STREAM, epoch.stage(), epoch.epoch(), shard, position);
  }

  /** The stream of pass {@code pass} over list {@code list}, whatever the epoch. */
  SplittableRandom ofPass(int list, long pass) {
    return RandomStreams.of(epoch.seed(), ENDLESS, epoch.stage(), list, pass);
  }
}
