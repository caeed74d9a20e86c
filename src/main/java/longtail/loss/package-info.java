/** Values and closed-form gradients of every loss. */
package longtail.loss;
