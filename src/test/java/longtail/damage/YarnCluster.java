package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import longtail.spark.LocalSpark;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * YARN and HDFS of one node in this process; what is submitted runs in containers, which are
 * processes of their own and are killed where they take more memory than they asked for.
 */
final class YarnCluster implements AutoCloseable {
  private static final int NODE_MEBIBYTES = 8192;
  private static final int SMALLEST_CONTAINER_MEBIBYTES = 128;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final String EXECUTOR =
      "org.apache.spark.executor.YarnCoarseGrainedExecutorBackend";
  private static final String APPLICATION_MASTER = "org.apache.spark.deploy.yarn.ApplicationMaster";

  /** The smallest in which the commands run on toys; the names are those of Spark. */
  private static final List<String> SIZES =
      List.of(
          "spark.executor.instances=2",
          "spark.executor.cores=1",
          "spark.executor.memory=640m",
          "spark.executor.memoryOverhead=1g",
          "spark.driver.memory=768m",
          "spark.driver.memoryOverhead=1g",
          "spark.yarn.am.memory=512m",
          "spark.scheduler.minRegisteredResourcesRatio=1.0",
          "spark.scheduler.maxRegisteredResourcesWaitingTime=300s");

  private final Path directory;
  private final Path home;
  private final MiniDFSCluster hdfs;
  private final MiniYARNCluster yarn;

  private YarnCluster(Path directory, Path home, MiniDFSCluster hdfs, MiniYARNCluster yarn) {
    this.directory = directory;
    this.home = home;
    this.hdfs = hdfs;
    this.yarn = yarn;
  }

  /** Starts one, with the archive of Spark and our jar on its HDFS. */
  static YarnCluster start(Path directory) throws IOException, InterruptedException {
    Path home = directory.resolve("spark-home");
    JobProcess.start(
            directory,
            Map.of(),
            List.of(
                JobProcess.ROOT.resolve("cluster/local-cluster").toString(),
                "home",
                "--home",
                home.toString()))
        .end()
        .succeeded();
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.resolve("hdfs").toString());
    MiniDFSCluster hdfs = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
    hdfs.waitActive();
    MiniYARNCluster yarn = new MiniYARNCluster("yarn", 1, 1, 1);
    yarn.init(ofYarn(hdfs.getFileSystem().getUri().toString()));
    yarn.start();
    YarnCluster cluster = new YarnCluster(directory, home, hdfs, yarn);
    cluster.publish();
    return cluster;
  }

  private static YarnConfiguration ofYarn(String fileSystem) {
    YarnConfiguration conf = new YarnConfiguration();
    conf.set("fs.defaultFS", fileSystem);
    // with more, a block that is appended to looks for further nodes, and there are none
    conf.setInt("dfs.replication", 1);
    conf.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", NODE_MEBIBYTES);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, SMALLEST_CONTAINER_MEBIBYTES);
    conf.setBoolean(YarnConfiguration.NM_PMEM_CHECK_ENABLED, true);
    // what a JVM reserves without using it
    conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    // a disk of a developer may be fuller than that of a node
    conf.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 100);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    return conf;
  }

  /** Writes what those who submit need: the configuration of the cluster, archive and jar. */
  private void publish() throws IOException, InterruptedException {
    assertThat(yarn.getResourceManager().getServiceState()).hasToString("STARTED");
    assertThat(waitForNodes()).as("the node has registered").isTrue();
    Files.createDirectories(configuration());
    // what YARN finds in the first one is overridden by its defaults
    for (String name : List.of("core-site.xml", "yarn-site.xml")) {
      try (OutputStream out = Files.newOutputStream(configuration().resolve(name))) {
        yarn.getConfig().writeXml(out);
      }
    }
    org.apache.hadoop.fs.Path app =
        new org.apache.hadoop.fs.Path(path("spark/longtail-spark-app.jar"));
    files().copyFromLocalFile(new org.apache.hadoop.fs.Path(jar().toUri()), app);
    try (ZipOutputStream archive =
            new ZipOutputStream(
                hdfs.getFileSystem().create(new org.apache.hadoop.fs.Path("/spark/jars.zip")));
        DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("jars"))) {
      archive.setLevel(Deflater.NO_COMPRESSION);
      for (Path jar : jars) {
        archive.putNextEntry(new ZipEntry(jar.getFileName().toString()));
        Files.copy(jar, archive);
      }
    }
  }

  private static Path jar() throws IOException {
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(JobProcess.ROOT.resolve("target"), "longtail-spark-*-app.jar")) {
      return jars.iterator().next();
    }
  }

  private boolean waitForNodes() throws IOException, InterruptedException {
    try {
      return yarn.waitForNodeManagersToConnect(PATIENCE_MILLIS);
    } catch (org.apache.hadoop.yarn.exceptions.YarnException e) {
      throw new IOException(e);
    }
  }

  private Path configuration() {
    return directory.resolve("hadoop");
  }

  /** The file system of the cluster. */
  FileSystem files() {
    try {
      return hdfs.getFileSystem();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address of {@code path} there. */
  String path(String path) {
    return files().getUri() + "/" + path;
  }

  @Override
  public void close() {
    yarn.stop();
    hdfs.shutdown();
  }

  /** Starts {@code jobs/NAME}, which is the driver. */
  JobProcess inClientMode(String name, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(JobProcess.ROOT + "/jobs/" + name));
    command.addAll(List.of("--master", "yarn"));
    command.addAll(properties());
    command.add("--");
    command.addAll(arguments);
    return start(command);
  }

  /** Submits a command by {@code spark-submit} and the jar alone; the driver is a container. */
  JobProcess inClusterMode(String name, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(home + "/bin/spark-submit"));
    command.addAll(List.of("--master", "yarn", "--deploy-mode", "cluster"));
    command.addAll(List.of("--class", "longtail.cli.Main"));
    command.addAll(properties());
    command.addAll(List.of(path("spark/longtail-spark-app.jar"), name));
    command.addAll(arguments);
    return start(command);
  }

  private List<String> properties() {
    List<String> all = new ArrayList<>(SIZES);
    all.add("spark.yarn.archive=" + path("spark/jars.zip"));
    for (String environment : List.of("spark.executorEnv.", "spark.yarn.appMasterEnv.")) {
      all.add(environment + "JAVA_HOME=" + System.getProperty("java.home"));
      all.add(environment + "JAVA_TOOL_OPTIONS=" + LocalSpark.SHORT_LIVED);
    }
    return all.stream().flatMap(property -> List.of("--conf", property).stream()).toList();
  }

  private JobProcess start(List<String> command) {
    return JobProcess.start(
        directory,
        Map.of(
            "SPARK_HOME", home.toString(),
            "HADOOP_CONF_DIR", configuration().toString(),
            "LONGTAIL_EXECUTOR_OFFHEAP", "768m"),
        command);
  }

  /** The processes of the executors that live. */
  List<ProcessHandle> executors() {
    return containers(EXECUTOR);
  }

  /** The processes of drivers that are containers. */
  List<ProcessHandle> drivers() {
    return containers(APPLICATION_MASTER);
  }

  /** A container is a shell with a JVM. */
  private static List<ProcessHandle> containers(String main) {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> words(process).contains(main) && words(process).get(0).endsWith("java"))
        .toList();
  }

  private static List<String> words(ProcessHandle process) {
    try {
      String line = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"));
      return List.of(line.split("\0"));
    } catch (IOException ended) {
      return List.of("");
    }
  }
}
