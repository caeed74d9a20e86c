package longtail.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a record component whose key is absent.
 *
 * <p>The text is YAML, read as if it stood in the file: {@code "0.9"}, {@code "[160, 180]"}, {@code
 * "{type: sgd, lr: 0.1}"}. A component without a default must be given, except an {@code Optional},
 * which is then empty.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /** YAML text of the default value. */
  String value();
}
