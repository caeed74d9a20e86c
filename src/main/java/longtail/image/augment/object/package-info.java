/**
 * New images of rare classes: what an activation map shows of the object is moved before its own
 * background.
 *
 * <p>It knows images and maps, not what found the object nor which classes get how many; its moves
 * are no {@link longtail.image.augment.Transform transforms} of an experiment.
 */
package longtail.image.augment.object;
