package longtail.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The records that a record component chooses from, where they stand in several packages: a sealed
 * interface, which needs no such list, has all its members in its own.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface OneOf {
  /** The members of the family that is the component's type, in the order of messages. */
  Class<? extends Record>[] value();
}
