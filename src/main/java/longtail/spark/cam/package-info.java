/**
 * The job that writes images generated from class activation maps as a prepared dataset. Knows
 * neither evaluation figures nor training.
 */
package longtail.spark.cam;
