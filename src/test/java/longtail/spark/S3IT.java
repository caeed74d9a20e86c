package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.Constants;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * A whole run through {@code s3a} on a real S3 server, which answers some requests with 503, cuts
 * some connections and slows others.
 */
@Tag("spark")
@Tag("slow")
class S3IT extends WholeRunOnFileSystem {
  private static final String BUCKET = "longtail";
  private static final String ROOT = "s3a://" + BUCKET;

  private static S3Proxy server;
  private static BlobStoreContext store;
  private static FaultyRelay relay;

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
    Configuration conf = LocalSpark.shared().hadoopConfiguration();
    String bucket = "fs.s3a.bucket." + BUCKET + ".";
    conf.set(bucket + "endpoint", "http://127.0.0.1:" + relay.port());
    conf.set(bucket + "access.key", "tester");
    conf.set(bucket + "secret.key", "secret");
    conf.set(bucket + "path.style.access", "true");
    prepare(ROOT);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.close();
    server.stop();
    store.close();
  }

  @AfterEach
  void requestsFailedInEveryWay() {
    for (int faults : relay.faults()) {
      assertThat(faults).as("503, cut, slow").isPositive();
    }
  }

  @Override
  String root() {
    return ROOT;
  }
}
