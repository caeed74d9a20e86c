package longtail.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command line as documents show it.
 *
 * @param words program and arguments, without quotes
 */
record ShellCommand(List<String> words) {
  private static final Pattern WORD =
      Pattern.compile("\\G\\s*((?:'[^']*'|\"[^\"]*\"|[^\\s'\"#]|(?<=\\S)#)+|#.*)");

  /** The commands of a shell block: one for each line, joined where one ends in a backslash. */
  static Stream<ShellCommand> all(String block) {
    String joined = block.replace("\\\n", " ").replaceAll("(?ms)<<'?(\\w+)'?.*?^\\1$", "");
    return joined
        .lines()
        .flatMap(line -> Stream.of(line.split(" && | \\| ", -1)))
        .map(ShellCommand::of)
        .filter(command -> !command.words.isEmpty());
  }

  static ShellCommand of(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    while (word.find() && !word.group(1).startsWith("#")) {
      words.add(word.group(1).replaceAll("['\"]", ""));
    }
    return new ShellCommand(List.copyOf(words));
  }

  String program() {
    return words.get(0);
  }

  /** What stands behind {@code --}, all arguments if there is none. */
  List<String> arguments() {
    return words.subList(Math.max(0, words.indexOf("--")) + 1, words.size());
  }

  /** The values of {@code option}, given as the word behind it or with {@code =}. */
  List<String> values(String option) {
    List<String> values = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      if (words.get(i - 1).equals(option)) {
        values.add(words.get(i));
      } else if (words.get(i).startsWith(option + "=")) {
        values.add(words.get(i).substring(option.length() + 1));
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
