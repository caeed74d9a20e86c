package longtail.spark.job;

import java.util.Map;
import java.util.OptionalInt;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The GPU that Spark gives to a task. */
public final class TaskDevice {
  private TaskDevice() {}

  /** Its number; empty where the task was given none. To be called on the task's thread. */
  public static OptionalInt current() {
    TaskContext task = TaskContext.get();
    return task == null ? OptionalInt.empty() : of(task.resourcesJMap());
  }

  /** The first address of the resource {@code gpu}. */
  static OptionalInt of(Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get("gpu");
    if (gpu == null || gpu.addresses().length == 0) {
      return OptionalInt.empty();
    }
    String address = gpu.addresses()[0];
    try {
      return OptionalInt.of(Integer.parseInt(address.trim()));
    } catch (NumberFormatException e) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Spark's resource gpu must have numbers as addresses, has '%s': use cluster/gpu-addresses as the discovery script"
              .formatted(address),
          e);
    }
  }
}
