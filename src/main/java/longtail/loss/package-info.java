/** Values and closed-form gradients of every loss, class weights and margins. */
package longtail.loss;
