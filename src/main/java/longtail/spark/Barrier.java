package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import scala.Function1;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/** Stages whose tasks run at the same time, by Spark's barrier execution mode. */
final class Barrier {
  private Barrier() {}

  /** A function of Scala that travels with tasks. */
  private interface Travelling<T, R> extends Function1<T, R>, Serializable {}

  /** {@code each} of every element of {@code rdd}, in one task per partition, all at once. */
  static JavaRDD<Delivery> map(JavaRDD<Integer> rdd, Function<Integer, Delivery> each) {
    Travelling<Iterator<Integer>, Iterator<Delivery>> partition =
        elements -> {
          List<Delivery> results = new ArrayList<>();
          while (elements.hasNext()) {
            results.add(call(each, elements.next()));
          }
          return JavaConverters.asScalaIterator(results.iterator());
        };
    return new JavaRDD<>(
        rdd.rdd()
            .barrier()
            .mapPartitions(partition, false, ClassTag$.MODULE$.apply(Delivery.class)),
        ClassTag$.MODULE$.apply(Delivery.class));
  }

  private static Delivery call(Function<Integer, Delivery> function, Integer element) {
    try {
      return function.call(element);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
