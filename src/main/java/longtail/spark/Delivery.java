package longtail.spark;

import java.io.Serializable;
import longtail.train.WorkerResult;

/** What the task of one worker returns: its result, and who did the work. */
record Delivery(WorkerResult result, Attendance attendance) implements Serializable {
  private static final long serialVersionUID = 1L;
}
