package longtail.train.experiment;

import java.net.URI;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * Where a run is told of while it trains, beside its own files; nowhere unless something is set.
 *
 * @param mlflow an MLflow tracking server
 */
public record Tracking(Optional<Mlflow> mlflow) {
  /**
   * An MLflow tracking server, which gets a run with the effective experiment as parameters, the
   * metrics of every round and validation, and the run's pages and logs. What it does not take
   * never stops a training.
   *
   * @param uri where its REST interface is, such as {@code http://mlflow.example:5000}; a name and
   *     password, or a token, are taken from MLflow's environment variables
   * @param experiment name of the experiment there, which is made if it is not there
   */
  public record Mlflow(String uri, @Default("longtail") String experiment) {
    /** Checks the address. */
    public Mlflow {
      Ranges.notBlank("experiment", experiment);
      if (!uri.matches("https?://.+") || !parses(uri)) {
        throw new IllegalArgumentException(
            "uri must begin with http:// or https://, such as http://localhost:5000, was " + uri);
      }
    }

    private static boolean parses(String uri) {
      try {
        return URI.create(uri).getHost() != null;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  }
}
