/** From predictions to figures: top-k, many/medium/few-shot, per class, confusion. */
package longtail.eval;
