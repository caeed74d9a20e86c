package longtail.report;

import org.nd4j.shade.protobuf.DescriptorProtos.DescriptorProto;
import org.nd4j.shade.protobuf.DescriptorProtos.FieldDescriptorProto;
import org.nd4j.shade.protobuf.DescriptorProtos.FileDescriptorProto;
import org.nd4j.shade.protobuf.Descriptors.Descriptor;
import org.nd4j.shade.protobuf.Descriptors.DescriptorValidationException;
import org.nd4j.shade.protobuf.Descriptors.FieldDescriptor;
import org.nd4j.shade.protobuf.Descriptors.FileDescriptor;
import org.nd4j.shade.protobuf.DynamicMessage;
import org.nd4j.shade.protobuf.Message;
import org.tensorflow.framework.Summary;

/**
 * The messages {@code Event} and {@code SessionLog} of TensorBoard's files, as far as they are
 * written here. The classes of {@code Summary} come with ND4J, those of these two do not.
 */
final class EventMessage {
  private static final String WALL_TIME = "wall_time";
  private static final String STEP = "step";
  private static final String FILE_VERSION = "file_version";
  private static final String SUMMARY = "summary";
  private static final String SESSION_LOG = "session_log";
  private static final String STATUS = "status";

  /** The file version that knows session logs. */
  private static final String VERSION = "brain.Event:2";

  /** The status of a session that starts. */
  private static final int START = 1;

  private static final FileDescriptor FILE = file();
  private static final Descriptor EVENT = FILE.findMessageTypeByName("Event");
  private static final Descriptor SESSION = FILE.findMessageTypeByName("SessionLog");

  private EventMessage() {}

  private static FileDescriptor file() {
    FileDescriptor summaries = Summary.getDescriptor().getFile();
    DescriptorProto session =
        DescriptorProto.newBuilder()
            .setName("SessionLog")
            // An enumeration, which is encoded as a number.
            .addField(field(STATUS, 1, FieldDescriptorProto.Type.TYPE_INT32))
            .build();
    DescriptorProto event =
        DescriptorProto.newBuilder()
            .setName("Event")
            .addField(field(WALL_TIME, 1, FieldDescriptorProto.Type.TYPE_DOUBLE))
            .addField(field(STEP, 2, FieldDescriptorProto.Type.TYPE_INT64))
            .addField(field(FILE_VERSION, 3, FieldDescriptorProto.Type.TYPE_STRING))
            .addField(
                field(SUMMARY, 5, FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName("." + Summary.getDescriptor().getFullName()))
            .addField(
                field(SESSION_LOG, 7, FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName(".longtail.SessionLog"))
            .build();
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("longtail/event.proto")
            .setPackage("longtail")
            .setSyntax("proto3")
            .addDependency(summaries.getName())
            .addMessageType(session)
            .addMessageType(event)
            .build();
    try {
      return FileDescriptor.buildFrom(file, new FileDescriptor[] {summaries});
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("the messages of event files are wrong", e);
    }
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  /** The first event of a file. */
  static Message version() {
    return event(FILE_VERSION, VERSION).build();
  }

  /** Says that events of other files from {@code step} on do not count. */
  static Message start(long step) {
    DynamicMessage session =
        DynamicMessage.newBuilder(SESSION).setField(SESSION.findFieldByName(STATUS), START).build();
    return event(SESSION_LOG, session).setField(field(STEP), step).build();
  }

  /** What there is to say at {@code step}. */
  static Message of(long step, Summary summary) {
    return event(SUMMARY, summary).setField(field(STEP), step).build();
  }

  private static DynamicMessage.Builder event(String content, Object value) {
    return DynamicMessage.newBuilder(EVENT)
        .setField(field(WALL_TIME), System.currentTimeMillis() / 1e3)
        .setField(field(content), value);
  }

  private static FieldDescriptor field(String name) {
    return EVENT.findFieldByName(name);
  }
}
