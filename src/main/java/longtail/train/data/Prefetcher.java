package longtail.train.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.method.DrawRates;
import longtail.sample.RowDraw;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Loading;
import longtail.train.experiment.Rounds;

/**
 * Makes the batches of the coming steps on threads of its own while the network computes.
 *
 * <p>Each image has its place in its batch beforehand, so the result does not depend on the timing
 * of the threads. It runs ahead over the border of a round: when the next round begins where the
 * last one ended, its first batches are ready. Only batches that are drawn with learnt rates are
 * made no sooner than these rates are known, and never for the next round, which begins with those
 * of all workers.
 */
public final class Prefetcher implements AutoCloseable {
  /** Images of one task: enough to be worth a task, few enough to keep all threads busy. */
  private static final int TASK = 8;

  /** Beyond this a task hangs, in reading from a lost machine for example, and is left behind. */
  private static final int LONGEST_TASK_SECONDS = 60;

  private record Pending(HeapBatch batch, List<Future<?>> tasks) {}

  private final BatchSource source;
  private final Rounds rounds;
  private final int ahead;
  private final ExecutorService threads;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final Deque<float[]> free = new ArrayDeque<>();
  private Cursor nextDraft = Cursor.START;
  private float[] handedOut = new float[0];

  public Prefetcher(BatchSource source, Rounds rounds, Loading loading, String name) {
    this.source = source;
    this.rounds = rounds;
    this.ahead = loading.ahead();
    this.threads =
        Executors.newFixedThreadPool(
            loading.threads(),
            task -> {
              Thread thread = new Thread(task, "images of " + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * The worker's part of the step at {@code cursor}; valid until the next call.
   *
   * @param rates what its stage's batches are drawn with, where that is learnt
   * @param left steps of the round behind this one, beyond which nothing is drawn by learnt rates:
   *     the next round begins with others
   */
  public HeapBatch batch(Cursor cursor, Optional<DrawRates> rates, int left) {
    free.addLast(handedOut);
    handedOut = new float[0];
    Pending first = pending.peekFirst();
    Cursor ready = first == null ? nextDraft : first.batch.cursor();
    if (!ready.equals(cursor)) {
      drain();
      nextDraft = cursor;
    }
    int known = rates.map(r -> r.known(rounds.leftInEpoch(cursor))).orElse(ahead);
    int most = rates.isPresent() ? Math.min(left, Math.min(ahead, known)) : ahead;
    while (pending.size() <= most && drawable(rates)) {
      submit(rates.map(r -> r.draw(pending.size())));
    }
    Pending wanted = pending.removeFirst();
    wanted.tasks.forEach(Prefetcher::await);
    handedOut = wanted.batch.pixels();
    return wanted.batch;
  }

  private boolean drawable(Optional<DrawRates> rates) {
    return !rounds.finished(nextDraft) && (rates.isPresent() || !source.learnsDraws(nextDraft));
  }

  private void submit(Optional<RowDraw> draw) {
    BatchSource.Draft draft = source.draft(nextDraft, draw);
    int images = draft.images();
    float[] pixels = space(draft.length());
    HeapBatch batch = HeapBatch.of(nextDraft, pixels, draft.parts());
    List<Future<?>> tasks = new ArrayList<>();
    for (int from = 0; from < images; from += TASK) {
      int start = from;
      int end = Math.min(from + TASK, images);
      tasks.add(threads.submit(() -> draft.fill(pixels, start, end)));
    }
    pending.addLast(new Pending(batch, tasks));
    nextDraft = rounds.after(nextDraft, 1);
  }

  /** A free array of at least {@code length} numbers, or a new one. */
  private float[] space(int length) {
    float[] reused = free.pollFirst();
    return reused != null && reused.length >= length ? reused : new float[length];
  }

  /** Drops what was made ahead: for another cursor, or with rates that no longer hold. */
  public void drain() {
    for (Pending dropped : pending) {
      dropped.tasks.forEach(task -> task.cancel(false));
    }
    // running tasks still write to their arrays, so these are left to them
    pending.clear();
  }

  private static void await(Future<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.TRAINING, "interrupted while waiting for images; run the command again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("an image task failed", e.getCause());
    }
  }

  /** Ends its threads, so that nothing is decoded any more when the images are closed. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      boolean unused = threads.awaitTermination(LONGEST_TASK_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
