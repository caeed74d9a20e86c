/**
 * One step of learning, and the state that each method carries between steps.
 *
 * <p>A method sees a network as {@link longtail.nn.Network} alone; it knows neither layers nor
 * Deeplearning4j, and neither files nor Spark. What all methods share is here: the contract of
 * {@link longtail.method.Method} and {@link longtail.method.Learner}, the batches of a step, the
 * update of the parameters, and sums over the workers. Each method has an inner room, which this
 * room does not know; a stage of an experiment lists those that there are.
 *
 * <p>A method may learn how its batches are drawn, see {@link longtail.method.DrawRates}: the
 * probabilities of the classes are then part of its state. A batch is drawn with the rates that the
 * state holds for it when its making begins, never sooner than they are known and never for a round
 * that has not begun, for a round begins with the merged rates of all workers. So the rows of a
 * step are a function of the state of the round's beginning, and a resumed run draws them again.
 */
package longtail.method;
