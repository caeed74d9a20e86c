package longtail.method;

import java.io.Serializable;

/**
 * What the method of one worker brings back from a round.
 *
 * @param bytes as {@link Learner#contribution} made them
 * @param examples images that the worker learned from, the weight of its result
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once; nobody compares or keeps it
public record Contribution(byte[] bytes, long examples) implements Serializable {
  private static final long serialVersionUID = 1L;
}
