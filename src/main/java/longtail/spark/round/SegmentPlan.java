package longtail.spark.round;

import java.io.Serializable;

/**
 * What every task of a segment is told.
 *
 * @param run unique name of the run
 * @param segment unique name of this try of the segment
 * @param version number of the state that it begins with; the state it ends with has the next one
 * @param whole whether the driver wants the whole state at the end, or what the stage can change
 * @param ownStates whether the driver wants the method's state of every worker, or of the first
 * @param seconds after which no other round begins
 * @param port first port at which executors listen for each other; 0 for any
 * @param ports how many ports they try
 */
record SegmentPlan(
    String run,
    String segment,
    long version,
    boolean whole,
    boolean ownStates,
    int seconds,
    int port,
    int ports)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
