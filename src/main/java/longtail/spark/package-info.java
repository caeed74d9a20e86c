/** Rounds, broadcast, aggregation, distributed preparation and evaluation on Apache Spark. */
package longtail.spark;
