package longtail.spark.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ImageContent;
import longtail.dataset.format.CollectionImages;
import longtail.spark.predict.ImageScorer;
import longtail.spark.predict.PredictOptions;
import longtail.spark.prepare.StorageRetries;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** The task that scores the rows of a partition, batch by batch, with a network of its own. */
final class RowScoring implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<byte[]> model;
  private final ImageScorer.Task task;
  private final ImageColumn images;
  private final PredictionColumns columns;
  private final String handleInvalid;
  private final SerializableConfiguration hadoop;

  RowScoring(
      Broadcast<byte[]> model,
      ImageScorer.Task task,
      ImageColumn images,
      PredictionColumns columns,
      String handleInvalid,
      SerializableConfiguration hadoop) {
    this.model = model;
    this.task = task;
    this.images = images;
    this.columns = columns;
    this.handleInvalid = handleInvalid;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws IOException {
    if (!rows.hasNext()) {
      return rows; // without a network
    }
    CollectionImages files = ImageColumn.files(hadoop.value());
    ImageScorer scorer = ImageScorer.open(task, model.value());
    TaskContext.get()
        .addTaskCompletionListener(
            (TaskCompletionListener)
                finished -> {
                  scorer.close();
                  try {
                    files.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    return new Scored(rows, scorer, files);
  }

  /** The rows with their predictions; a batch is scored when its first row is asked for. */
  private final class Scored implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final ImageScorer scorer;
    private final CollectionImages files;
    private final Deque<Row> ready = new ArrayDeque<>();

    Scored(Iterator<Row> rows, ImageScorer scorer, CollectionImages files) {
      this.rows = rows;
      this.scorer = scorer;
      this.files = files;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && rows.hasNext()) {
        score();
      }
      return !ready.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    private void score() {
      List<Row> batch = new ArrayList<>();
      while (rows.hasNext() && batch.size() < PredictOptions.USUAL_BATCH_SIZE) {
        batch.add(rows.next());
      }
      List<StorageRetries.Read<ImageContent>> reads = new ArrayList<>();
      batch.forEach(row -> reads.add(() -> images.read(row, files)));
      List<ImageScorer.Scores> scores = scorer.score(reads);
      for (int i = 0; i < batch.size(); i++) {
        if (scores.get(i).readable() || handleInvalid.equals("keep")) {
          ready.add(joined(batch.get(i), columns.cells(scores.get(i))));
        } else if (handleInvalid.equals("error")) {
          throw unreadable(batch.get(i), scores.get(i).error());
        }
      }
    }
  }

  private LongTailException unreadable(Row row, String reason) {
    String path = images.path(row);
    return new LongTailException(
        ErrorCode.DATA,
        "predicting: an image of the column '%s'%s cannot be read: %s; handleInvalid 'skip' leaves such rows out, 'keep' gives them nulls"
            .formatted(images.name(), path == null ? "" : " (" + path + ")", reason));
  }

  private static Row joined(Row row, List<Object> cells) {
    Object[] all = new Object[row.size() + cells.size()];
    for (int i = 0; i < row.size(); i++) {
      all[i] = row.get(i);
    }
    for (int i = 0; i < cells.size(); i++) {
      all[row.size() + i] = cells.get(i);
    }
    return RowFactory.create(all);
  }
}
