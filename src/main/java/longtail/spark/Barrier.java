package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.BarrierTaskContext$;
import org.apache.spark.api.java.JavaRDD;
import scala.Function1;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/** Stages whose tasks run at the same time, by Spark's barrier execution mode. */
final class Barrier {
  private static final AtomicBoolean TIMED_HERE = new AtomicBoolean();

  private Barrier() {}

  /**
   * Ends the thread by which Spark times barriers, if executors that had any are part of this
   * process; it would keep the process alive. No barrier stage may follow.
   */
  static void endTimer() {
    if (TIMED_HERE.get()) {
      BarrierTaskContext$.MODULE$.org$apache$spark$BarrierTaskContext$$timer().cancel();
    }
  }

  /** A function of Scala that travels with tasks. */
  private interface Travelling<T, R> extends Function1<T, R>, Serializable {}

  /** What one task does. */
  interface Work extends Serializable {
    /** The delivery of worker {@code worker}. */
    Delivery of(int worker);
  }

  /** {@code each} of every element of {@code rdd}, in one task per partition, all at once. */
  static JavaRDD<Delivery> map(JavaRDD<Integer> rdd, Work each) {
    if (rdd.context().isLocal()) {
      TIMED_HERE.set(true);
    }
    Travelling<Iterator<Integer>, Iterator<Delivery>> partition =
        elements -> {
          List<Delivery> results = new ArrayList<>();
          while (elements.hasNext()) {
            results.add(each.of(elements.next()));
          }
          return JavaConverters.asScalaIterator(results.iterator());
        };
    return new JavaRDD<>(
        rdd.rdd()
            .barrier()
            .mapPartitions(partition, false, ClassTag$.MODULE$.apply(Delivery.class)),
        ClassTag$.MODULE$.apply(Delivery.class));
  }
}
