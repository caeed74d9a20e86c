/**
 * All-reduce between the workers of a run: sums and weighted means in float64 in the order of the
 * workers, within a process through memory and between processes over connections that know each
 * other by a secret. It knows numbers and bytes, nothing of training and nothing of Spark.
 */
package longtail.collective;
