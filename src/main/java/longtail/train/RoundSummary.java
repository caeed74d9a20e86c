package longtail.train;

import longtail.train.experiment.Round;

/**
 * What all workers did in a round; the same with every worker.
 *
 * @param round its steps
 * @param counters sums over the workers
 * @param last whether the workers agreed that no other round follows in this segment
 */
public record RoundSummary(Round round, Counters counters, boolean last) {}
