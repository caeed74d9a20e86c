/**
 * The experiment file as validated records, and the order of a run's steps, rounds and stages that
 * follows from it. Knows neither networks in training nor files of a run.
 */
package longtail.train.experiment;
