package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.predict.PredictJob;
import longtail.spark.predict.PredictOptions;
import longtail.spark.predict.PredictSummary;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSummary;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.train.checkpoint.Checkpoint;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.Constants;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Datasets, checkpoints and resumption through {@code s3a} on a real S3 server, which answers some
 * requests with 503, cuts some connections and slows others.
 */
@Tag("spark")
@Tag("slow")
class S3IT {
  private static final String BUCKET = "longtail";
  private static final String ROOT = "s3a://" + BUCKET;

  private static S3Proxy server;
  private static BlobStoreContext store;
  private static FaultyRelay relay;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() throws Exception {
    Properties properties = new Properties();
    properties.setProperty(Constants.PROPERTY_IDENTITY, "tester");
    properties.setProperty(Constants.PROPERTY_CREDENTIAL, "secret");
    store =
        ContextBuilder.newBuilder("transient").overrides(properties).build(BlobStoreContext.class);
    BlobStore blobs = store.getBlobStore();
    blobs.createContainerInLocation(null, BUCKET);
    server =
        S3Proxy.builder()
            .blobStore(blobs)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "tester", "secret")
            .build();
    server.start();
    relay = FaultyRelay.before(server.getPort());
    spark = LocalSpark.shared();
    Configuration conf = spark.hadoopConfiguration();
    String bucket = "fs.s3a.bucket." + BUCKET + ".";
    conf.set(bucket + "endpoint", "http://127.0.0.1:" + relay.port());
    conf.set(bucket + "access.key", "tester");
    conf.set(bucket + "secret.key", "secret");
    conf.set(bucket + "path.style.access", "true");
    PrepareSummary prepared =
        PrepareJob.run(
            spark,
            ToyDataset.collect(ROOT + "/images", 48, 1, conf),
            PrepareOptions.USUAL.withShards(4),
            ROOT + "/train",
            Console.silent());
    assertThat(prepared.dataset().counts().total()).isEqualTo(48);
    ToyDataset.publish(ROOT + "/validation", 21, 2, conf);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.close();
    server.stop();
    store.close();
  }

  private static TrainOptions options(String output) {
    return new TrainOptions(
        ToyDataset.experiment(),
        ROOT + "/train",
        Optional.of(ROOT + "/validation"),
        ROOT + "/" + output,
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  @Test
  void aRunIsInterruptedAndResumedOnS3BitForBit() throws IOException {
    Configuration conf = spark.hadoopConfiguration();
    TrainResult whole = TrainJob.run(spark, options("whole"), Console.silent());
    assertThatThrownBy(() -> TrainJob.run(spark, options("halves"), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options("halves"), Console.silent());
    assertThat(Checkpoint.open(halves.latest(), conf).state())
        .isEqualTo(Checkpoint.open(whole.latest(), conf).state());

    PredictSummary predicted =
        PredictJob.run(
            spark,
            PredictOptions.of(ROOT + "/whole", ROOT + "/images", ROOT + "/predicted"),
            Console.silent());
    assertThat(predicted.images()).isEqualTo(48);
    assertThat(predicted.unreadable()).isZero();

    assertThat(
            EvaluateJob.run(
                    spark,
                    EvaluateOptions.of(whole.latest(), ROOT + "/validation", ROOT + "/evaluated"))
                .report()
                .summary()
                .samples())
        .isEqualTo(21);

    for (int faults : relay.faults()) {
      assertThat(faults).as("503, cut, slow").isPositive();
    }
  }
}
