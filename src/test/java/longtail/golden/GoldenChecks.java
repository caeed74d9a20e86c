package longtail.golden;

import java.util.List;

/** Every check of golden cases, one line each. */
final class GoldenChecks {
  static final List<GoldenCheck> ALL =
      List.of(
          new AnswerGolden(), //
          new AttentionGolden(), //
          new AugmentGolden(), //
          new AutoAugmentGolden(), //
          new BalancedMetaSoftmaxGolden(), //
          new BlockGolden(), //
          new BotLossGolden(), //
          new CamGolden(), //
          new CentroidGolden(), //
          new CheckpointGolden(), //
          new ClassAwareGolden(), //
          new ClassMeanGolden(), //
          new CombinerGolden(), //
          new ConstraintGolden(), //
          new DatasetGolden(), //
          new EvalGolden(), //
          new FlowGolden(), //
          new GlmcLossGolden(), //
          new GlmcMixGolden(), //
          new GlmcNetworkGolden(), //
          new GlmcTrajectoryGolden(), //
          new HeadGolden(), //
          new ImageGolden(), //
          new LayoutGolden(), //
          new LossGolden(), //
          new MetaSamplerGolden(), //
          new MetasaugGolden(), //
          new MetasaugNetworkGolden(), //
          new NetworkGolden(), //
          new OptimGolden(), //
          new PriorityGolden(), //
          new RandAugmentGolden(), //
          new SamplerGolden(), //
          new ScheduleGolden(), //
          new SimilarityGolden(), //
          new StatisticsGolden(), //
          new TrainLoopGolden(), //
          new TwoStageGolden(), //
          new WeightGolden() //
          );

  private GoldenChecks() {}
}
