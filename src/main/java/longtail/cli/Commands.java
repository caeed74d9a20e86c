package longtail.cli;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the command objects; hands the output stream to those that print results. */
final class Commands implements IFactory {
  private final PrintStream out;

  Commands(PrintStream out) {
    this.out = out;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    try {
      return type.cast(type.getDeclaredConstructor(PrintStream.class).newInstance(out));
    } catch (NoSuchMethodException e) {
      return CommandLine.defaultFactory().create(type);
    }
  }
}
