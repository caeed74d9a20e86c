/**
 * MetaSAug: features are augmented along the covariance of their class, and the covariances are
 * learnt from a class-balanced meta set.
 *
 * <p>It holds the method, its steps, the class statistics that it carries, and the meta gradient in
 * closed form. It knows no other method and nothing of how statistics travel between workers.
 */
package longtail.method.metasaug;
