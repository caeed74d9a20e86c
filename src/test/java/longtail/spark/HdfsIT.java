package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import longtail.spark.round.TrainJob;
import longtail.storage.CommittedFile;
import longtail.storage.OutputLock;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run on a real HDFS of one name node and one data node, and what is its own. */
@Tag("spark")
class HdfsIT extends WholeRunOnFileSystem {
  @TempDir static Path temporary;
  private static MiniDFSCluster hdfs;
  private static JavaSparkContext spark;
  private static String root;

  @BeforeAll
  static void start() throws IOException {
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, temporary.toString());
    hdfs = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
    hdfs.waitActive();
    root = hdfs.getFileSystem().getUri().toString();
    spark = LocalSpark.shared();
    prepare(root);
  }

  @AfterAll
  static void stop() {
    hdfs.shutdown();
  }

  @Override
  String root() {
    return root;
  }

  @Test
  void onlyOneRunWritesToAnOutputOnHdfs() throws IOException {
    Configuration conf = spark.hadoopConfiguration();
    String output = root + "/locked";
    try (OutputLock lock = OutputLock.take(output, "train first", line -> {}, conf)) {
      assertThatThrownBy(() -> TrainJob.run(spark, options("locked"), Console.silent()))
          .hasMessageContaining(output + " belongs to the run 'train first'");
      lock.requireHeld();
    }
    assertThat(hdfs.getFileSystem().exists(new org.apache.hadoop.fs.Path(output))).isFalse();
  }

  @Test
  void aFileOnHdfsIsReplacedInOneStep() throws IOException {
    Configuration conf = spark.hadoopConfiguration();
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(root + "/one/index.json");
    CommittedFile.write(file, "old", conf);
    assertThatThrownBy(
            () ->
                CommittedFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IOException("cut off");
                    },
                    conf))
        .hasMessage("cut off");
    assertThat(hdfs.getFileSystem().getFileStatus(file).getLen()).isEqualTo(3);
    CommittedFile.write(file, "newer", conf);
    assertThat(hdfs.getFileSystem().listStatus(file.getParent()))
        .singleElement()
        .satisfies(entry -> assertThat(entry.getLen()).isEqualTo(5));
  }

  @Test
  void aRecipeFindsItsBaseOnHdfs() throws IOException {
    Configuration conf = spark.hadoopConfiguration();
    write("/conf/whole.yaml", "{name: whole, seed: 7, stages: [{epochs: 3}]}");
    write("/conf/deep/recipe.yaml", "{base: ../whole.yaml, name: recipe, stages.0.epochs: 4}");
    Experiment recipe = Experiment.load(root + "/conf/deep/recipe.yaml", List.of(), conf);
    assertThat(recipe.seed()).isEqualTo(7);
    assertThat(recipe.stages().get(0).epochs()).isEqualTo(4);
  }

  private static void write(String path, String text) throws IOException {
    try (FSDataOutputStream out =
        hdfs.getFileSystem().create(new org.apache.hadoop.fs.Path(path))) {
      out.writeBytes(text);
    }
  }
}
