package longtail.dataset;

/** What a file of a CIFAR archive is, told from its name. */
record CifarFile(Version version, Content content) {

  /** What a file holds. */
  enum Content {
    TRAIN,
    TEST,
    CLASS_NAMES;

    String split() {
      return this == TRAIN ? "train" : "test";
    }
  }

  /** The four archives that are published. */
  enum Version {
    CIFAR10_BINARY(10, false),
    CIFAR10_PYTHON(10, true),
    CIFAR100_BINARY(100, false),
    CIFAR100_PYTHON(100, true);

    private final int classes;
    private final boolean python;

    Version(int classes, boolean python) {
      this.classes = classes;
      this.python = python;
    }

    int classes() {
      return classes;
    }

    boolean python() {
      return python;
    }

    /** Bytes before the pixels of a binary record; the last of them is the (fine) label. */
    int labelBytes() {
      return classes == 10 ? 1 : 2;
    }

    String labelsKey() {
      return classes == 10 ? "labels" : "fine_labels";
    }

    String namesKey() {
      return classes == 10 ? "label_names" : "fine_label_names";
    }
  }

  /** The meaning of the file {@code name}, or null if it is none of the known files. */
  static CifarFile of(String name) {
    String batch = name.replaceFirst("^data_batch_\\d+", "data_batch");
    return switch (batch) {
      case "data_batch.bin" -> new CifarFile(Version.CIFAR10_BINARY, Content.TRAIN);
      case "test_batch.bin" -> new CifarFile(Version.CIFAR10_BINARY, Content.TEST);
      case "batches.meta.txt" -> new CifarFile(Version.CIFAR10_BINARY, Content.CLASS_NAMES);
      case "data_batch" -> new CifarFile(Version.CIFAR10_PYTHON, Content.TRAIN);
      case "test_batch" -> new CifarFile(Version.CIFAR10_PYTHON, Content.TEST);
      case "batches.meta" -> new CifarFile(Version.CIFAR10_PYTHON, Content.CLASS_NAMES);
      case "train.bin" -> new CifarFile(Version.CIFAR100_BINARY, Content.TRAIN);
      case "test.bin" -> new CifarFile(Version.CIFAR100_BINARY, Content.TEST);
      case "fine_label_names.txt" -> new CifarFile(Version.CIFAR100_BINARY, Content.CLASS_NAMES);
      case "train" -> new CifarFile(Version.CIFAR100_PYTHON, Content.TRAIN);
      case "test" -> new CifarFile(Version.CIFAR100_PYTHON, Content.TEST);
      case "meta" -> new CifarFile(Version.CIFAR100_PYTHON, Content.CLASS_NAMES);
      default -> null;
    };
  }
}
