package longtail.sample;

/**
 * Which epoch of which run is planned: the key of its random streams.
 *
 * @param seed seed of the run
 * @param stage stage of the run, from 0
 * @param epoch epoch of the stage, from 0
 * @param epochs epochs of the stage
 */
public record Epoch(long seed, int stage, int epoch, int epochs) {}
