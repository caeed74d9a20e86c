package longtail.cli;

import longtail.Versions;
import picocli.CommandLine.IVersionProvider;

/** The version of the program and of what it was built with. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"longtail-spark " + Versions.program(), Versions.all().toString()};
  }
}
