/** Optimisers on the flat parameter vector, learning-rate schedules and weight constraints. */
package longtail.optim;
