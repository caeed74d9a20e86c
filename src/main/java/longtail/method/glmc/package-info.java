/**
 * GLMC: two augmented views of each image, mixed globally and locally, that must agree.
 *
 * <p>It holds the method, its losses and its step. It knows no other method.
 */
package longtail.method.glmc;
