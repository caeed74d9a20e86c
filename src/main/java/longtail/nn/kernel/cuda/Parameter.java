package longtail.nn.kernel.cuda;

/** Kinds of a kernel's parameters. */
enum Parameter {
  /** An address, or a whole number of 64 bits. */
  LONG {
    @Override
    long bits(Object argument) {
      return (Long) argument;
    }
  },
  /** A whole number of 32 bits. */
  INT {
    @Override
    long bits(Object argument) {
      return (Integer) argument;
    }
  },
  /** A number in float32. */
  FLOAT {
    @Override
    long bits(Object argument) {
      return Float.floatToRawIntBits((Float) argument);
    }
  };

  /**
   * The argument as the lowest bytes of a number.
   *
   * @throws ClassCastException if it is of another kind
   */
  abstract long bits(Object argument);

  /** The kind that {@code declaration} of our source has, as {@code const float *mean}. */
  static Parameter of(String declaration) {
    if (declaration.contains("*") || declaration.startsWith("Long ")) {
      return LONG;
    }
    if (declaration.startsWith("int ")) {
      return INT;
    }
    if (declaration.startsWith("float ")) {
      return FLOAT;
    }
    throw new IllegalArgumentException("unknown kind of parameter: " + declaration);
  }
}
