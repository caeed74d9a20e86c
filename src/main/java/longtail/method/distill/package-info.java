/**
 * Distillation: a network learns from the logits of one that was trained before, or from a table of
 * such logits.
 *
 * <p>It knows no other method, and no files: {@link longtail.method.Networks} opens the teacher.
 */
package longtail.method.distill;
