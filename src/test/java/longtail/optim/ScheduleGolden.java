package longtail.optim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import longtail.config.OneOf;
import longtail.config.Yaml;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.method.Method;
import longtail.method.metasaug.Metasaug;

/** The learning-rate schedules of the four seeds. */
public final class ScheduleGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "lr_schedules*")
        || golden.matches(Seed.BALMS, "lr_cosine_*", "lr_step_*", "lr_warmup_cosine_*")
        || golden.matches(Seed.GLMC, "lr_cosine_*", "lr_warmup_*")
        || golden.matches(Seed.METASAUG, "schedule_cifar*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.seed()) {
      case BOT -> bagOfTricks(golden);
      case BALMS -> balancedMetaSoftmax(golden);
      case GLMC -> glmc(golden);
      case METASAUG -> metaSaug(golden);
    }
  }

  private static void bagOfTricks(GoldenCase golden) {
    JsonNode settings = golden.params().path("settings");
    for (int i = 0; i < settings.size(); i++) {
      JsonNode setting = settings.get(i);
      List<Integer> milestones =
          StreamSupport.stream(setting.path("LR_STEP").spliterator(), false)
              .map(JsonNode::asInt)
              .toList();
      double factor = setting.path("LR_FACTOR").asDouble();
      int decayEnd = setting.path("COSINE_DECAY_END").asInt();
      Schedule schedule =
          switch (setting.path("TYPE").asText()) {
            case "multistep" -> new Multistep(milestones, factor, Counting.FROM_ONE);
            case "warmup" ->
                new WarmupMultistep(
                    milestones,
                    factor,
                    setting.path("WARM_EPOCH").asInt(),
                    golden.params().path("warmup_start_factor").asDouble(),
                    Counting.FROM_ONE);
            default ->
                new Cosine(
                    golden.params().path("cosine_eta_min").asDouble(),
                    Optional.of(decayEnd).filter(end -> end > 0),
                    Counting.FROM_ONE);
          };
      golden.check(
          "lr_" + i, rates(schedule, setting.path("base").asDouble(), setting.path("MAX").asInt()));
    }
  }

  private static void balancedMetaSoftmax(GoldenCase golden) {
    JsonNode params = golden.params();
    int epochs = params.path("E").asInt();
    double minimum = params.path("eta_min").asDouble();
    double base = params.path("base_lr").asDouble();
    if (golden.name().startsWith("lr_step_")) {
      Schedule schedule =
          new Step(
              params.path("step_size").asInt(), params.path("gamma").asDouble(), Counting.FROM_ONE);
      golden.check("lr", rates(schedule, base, epochs));
      return;
    }
    boolean warm = params.has("warmup_lr");
    JsonNode groups = params.path(warm ? "group_lrs" : "base_lrs");
    double[] table = new double[epochs * groups.size()];
    for (int g = 0; g < groups.size(); g++) {
      double rate = groups.get(g).asDouble();
      double peak = params.path("warmup_lr").asDouble();
      double[] column =
          warm
              ? rates(
                  new WarmupCosine(
                      params.path("warmup_epochs").asInt(),
                      base / peak,
                      minimum * rate / base,
                      WarmupCosine.Compat.BALMS),
                  peak * rate / base,
                  epochs)
              : rates(new Cosine(minimum, Optional.empty(), Counting.FROM_ONE), rate, epochs);
      for (int e = 0; e < epochs; e++) {
        table[e * groups.size() + g] = column[e];
      }
    }
    golden.check("lr", table);
  }

  private static void glmc(GoldenCase golden) {
    JsonNode params = golden.params();
    Schedule schedule =
        params.path("rule").asText().equals("cosine")
            ? new Cosine(0, Optional.empty(), Counting.FROM_ZERO)
            : new WarmupCosine(10, 0.1, 0, WarmupCosine.Compat.GLMC);
    golden.check(
        "lr_used",
        rates(schedule, params.path("base_lr").asDouble(), params.path("epochs").asInt()));
    golden.leaveOut("alpha", "the weight of GLMC's two branches, not a learning rate");
  }

  private static void metaSaug(GoldenCase golden) {
    double base = golden.params().path("lr").asDouble();
    int epochs = golden.params().path("epochs").asInt();
    List<Integer> milestones = List.of(160, 180);
    golden.check(
        "lr_real", rates(new Multistep(milestones, 0.01, Counting.FROM_ONE), base, epochs));
    Schedule pseudo = new Multistep(milestones, 0.01, Counting.FROM_ZERO);
    golden.check(
        "lr_pseudo", rates(epochs, e -> e < milestones.get(0) ? 0 : pseudo.rate(base, e, epochs)));
    golden.check(
        "mode", IntStream.range(0, epochs).map(e -> e < milestones.get(0) ? 0 : 1).toArray());
    Metasaug method = metasaug(golden.params().path("lam").asDouble(), milestones.get(0));
    golden.check("ratio", rates(epochs, e -> method.ratio(e, epochs)));
  }

  /** What names a method. */
  record Learning(@OneOf(Metasaug.class) Method method) {}

  /** The method with its defaults but for these. */
  private static Metasaug metasaug(double lambda, int startEpoch) {
    String yaml =
        "method: {type: metasaug, lambda: %s, start-epoch: %d}".formatted(lambda, startEpoch);
    return (Metasaug) Yaml.read(yaml, "test", Learning.class).method();
  }

  private static double[] rates(Schedule schedule, double base, int epochs) {
    return rates(epochs, e -> schedule.rate(base, e, epochs));
  }

  private static double[] rates(int epochs, IntToDoubleFunction rate) {
    return IntStream.range(0, epochs).mapToDouble(rate).toArray();
  }
}
