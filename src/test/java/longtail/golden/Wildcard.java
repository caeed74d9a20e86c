package longtail.golden;

/** A name, or the beginning of names when it ends in an asterisk. */
public final class Wildcard {
  private Wildcard() {}

  /** Whether {@code name} is {@code pattern}, or begins with it up to its final asterisk. */
  public static boolean matches(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }
}
