/**
 * {@link longtail.nn.Network}, the one object that learning methods see, and how it runs: passes
 * compiled for a batch shape in memory laid out beforehand. What it is made of lies in the rooms
 * within. Knows no loss, no optimiser and no method.
 */
package longtail.nn;
