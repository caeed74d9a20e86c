package longtail.shard;

import java.io.Serializable;

/**
 * An image that could not be prepared; one line of {@code quarantine.jsonl}.
 *
 * @param imageId its identifier
 * @param path where it should lie
 * @param label its class index
 * @param reason what is wrong with it
 */
public record Quarantined(String imageId, String path, int label, String reason)
    implements Serializable {}
