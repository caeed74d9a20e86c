package longtail.cli;

import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import longtail.LongTailException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.filter.AbstractFilter;
import org.apache.logging.log4j.core.filter.AbstractFilterable;

/**
 * Keeps out of the log what a command explains itself when it ends: failures whose reason is known,
 * which Spark reports from the task and from its scheduler before.
 */
final class LogFilter extends AbstractFilter {
  private static final String KNOWN = LongTailException.class.getName();

  /** What only says that something failed of which the reason follows. */
  private static final List<String> ECHOES =
      List.of(
          "Task [0-9]+ in stage .* failed [0-9]+ times; aborting job",
          "Error initializing SparkContext.*");

  private final BooleanSupplier active;
  private final Collection<AbstractFilterable> appenders;

  private LogFilter(BooleanSupplier active, Collection<AbstractFilterable> appenders) {
    this.active = active;
    this.appenders = appenders;
  }

  /**
   * Filters what goes to the log from now on, wherever {@code active}; until {@link #uninstall}.
   */
  static LogFilter install(BooleanSupplier active) {
    Collection<Appender> all =
        LogManager.getContext(false) instanceof LoggerContext context
            ? context.getConfiguration().getAppenders().values()
            : List.of();
    LogFilter filter =
        new LogFilter(
            active,
            all.stream()
                .filter(AbstractFilterable.class::isInstance)
                .map(AbstractFilterable.class::cast)
                .toList());
    filter.appenders.forEach(appender -> appender.addFilter(filter));
    return filter;
  }

  @Override
  public Filter.Result filter(LogEvent event) {
    String message = event.getMessage().getFormattedMessage();
    boolean known =
        message.contains(KNOWN)
            || ECHOES.stream().anyMatch(message::matches)
            || (event.getThrown() != null && Failures.known(event.getThrown()).isPresent());
    return known && active.getAsBoolean() ? Filter.Result.DENY : Filter.Result.NEUTRAL;
  }

  /** Ends what {@link #install} began. */
  void uninstall() {
    appenders.forEach(appender -> appender.removeFilter(this));
  }
}
