package longtail.method;

/**
 * What a step saw.
 *
 * @param examples images of the step
 * @param loss mean loss of the step's images
 * @param correct images whose largest logit was that of their class
 */
public record StepResult(int examples, double loss, int correct) {}
