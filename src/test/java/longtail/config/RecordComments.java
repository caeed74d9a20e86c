package longtail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Javadoc of a type, read from its source, as Markdown.
 *
 * @param summary its first sentence
 * @param parameters what it says of each record component
 */
record RecordComments(String summary, Map<String, String> parameters) {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern INLINE_TAG =
      Pattern.compile("\\{@(code|link|linkplain|literal)\\s+([^{}]*(?:\\{[^{}]*}[^{}]*)*)}");
  private static final Pattern SENTENCE = Pattern.compile("(?<!\\bet al)\\.(?=\\s+\\p{Lu})");

  static RecordComments of(Class<?> type) throws IOException {
    Class<?> file = type;
    while (file.getEnclosingClass() != null) {
      file = file.getEnclosingClass();
    }
    String source = Files.readString(SOURCES.resolve(file.getName().replace('.', '/') + ".java"));
    return parse(comment(source, type));
  }

  /** The comment before the declaration of {@code type}, without its stars. */
  private static String comment(String source, Class<?> type) {
    Matcher declaration =
        Pattern.compile("\\b(record|interface|enum|class) " + type.getSimpleName() + "\\b")
            .matcher(source);
    while (declaration.find()) {
      String before = source.substring(0, declaration.start());
      int start = before.lastIndexOf("/**");
      int end = before.indexOf("*/", Math.max(start, 0));
      if (start >= 0 && end >= 0 && !before.substring(end).matches("(?s).*[;{}].*")) {
        return before.substring(start + 3, end).replaceAll("(?m)^\\s*\\* ?", "");
      }
    }
    throw new AssertionError("no Javadoc before " + type);
  }

  private static RecordComments parse(String comment) {
    String[] parts = comment.split("(?m)^@", -1);
    String[] sentences = SENTENCE.split(plain(parts[0].split("<p>", 2)[0]), 2);
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : parts) {
      Matcher parameter = Pattern.compile("(?s)param (\\w+)\\s+(.*)").matcher(part);
      if (parameter.matches()) {
        parameters.put(parameter.group(1), plain(parameter.group(2)));
      }
    }
    assertThat(sentences[0]).isNotBlank();
    return new RecordComments(sentences[0].replaceAll("\\.$", ""), parameters);
  }

  /** One line of Markdown. */
  private static String plain(String javadoc) {
    String text = javadoc.replaceAll("<p>", "").replaceAll("\\s+", " ").strip();
    return INLINE_TAG.matcher(text).replaceAll(RecordComments::code);
  }

  private static String code(MatchResult tag) {
    String content = tag.group(2);
    if (tag.group(1).startsWith("link")) {
      String[] targetAndLabel = content.split(" ", 2);
      content = targetAndLabel[targetAndLabel.length - 1].replaceAll("^#", "").replace('#', '.');
      content = content.replaceAll("^([a-z]\\w*\\.)+(?=[A-Z])", "");
    }
    return Matcher.quoteReplacement("`" + content + "`");
  }
}
