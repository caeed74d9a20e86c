/**
 * Images, or classes, are drawn by how hard they were in the last epochs.
 *
 * <p>It holds the two methods, the hardness that a round collects, and the priorities as state. Of
 * the other methods it knows {@link longtail.method.supervised}, whose steps it takes.
 */
package longtail.method.priority;
