/**
 * Networks: DL4J layers of our own, backbones, heads, and {@link longtail.nn.Network}, the one
 * object that learning methods see.
 */
package longtail.nn;
