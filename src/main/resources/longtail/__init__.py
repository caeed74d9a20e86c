"""What Python sees of longtail-spark; see longtail.spark.ml."""
