package longtail.nn;

/** Families of classifiers on top of the features. */
public sealed interface Head permits LinearHead {}
