package longtail.golden;

import java.util.List;
import longtail.dataset.DatasetGolden;
import longtail.dataset.WeightGolden;
import longtail.eval.AnswerGolden;
import longtail.eval.ClassMeanGolden;
import longtail.eval.EvalGolden;
import longtail.image.augment.AugmentGolden;
import longtail.image.augment.AutoAugmentGolden;
import longtail.image.augment.ImageGolden;
import longtail.image.augment.RandAugmentGolden;
import longtail.image.augment.object.CamGolden;
import longtail.loss.BotLossGolden;
import longtail.loss.GlmcLossGolden;
import longtail.loss.LossGolden;
import longtail.loss.SimilarityGolden;
import longtail.method.FlowGolden;
import longtail.method.glmc.GlmcTrajectoryGolden;
import longtail.method.metasampler.BalancedMetaSoftmaxGolden;
import longtail.method.metasaug.MetasaugGolden;
import longtail.method.metasaug.MetasaugNetworkGolden;
import longtail.mix.CombinerGolden;
import longtail.mix.GlmcMixGolden;
import longtail.nn.backbone.GlmcNetworkGolden;
import longtail.nn.backbone.LayoutGolden;
import longtail.nn.backbone.NetworkGolden;
import longtail.nn.head.HeadGolden;
import longtail.nn.head.TwoStageGolden;
import longtail.nn.layer.AttentionGolden;
import longtail.nn.layer.BlockGolden;
import longtail.nn.weights.CheckpointGolden;
import longtail.optim.CentroidGolden;
import longtail.optim.ConstraintGolden;
import longtail.optim.OptimGolden;
import longtail.optim.ScheduleGolden;
import longtail.sample.ClassAwareGolden;
import longtail.sample.MetaSamplerGolden;
import longtail.sample.PriorityGolden;
import longtail.sample.SamplerGolden;
import longtail.statistics.StatisticsGolden;
import longtail.train.TrainLoopGolden;

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
