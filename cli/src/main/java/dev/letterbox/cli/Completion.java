package dev.letterbox.cli;

import dev.letterbox.cli.command.QueueName;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The completion of bash and zsh: picocli's script, which knows the words of the help, and before it a function for what
 * only the system and a server know: users, queues, keys and the names of files.
 */
final class Completion {
    private static final String FUNCTIONS = """

            # Users, groups, queues, keys and names on a server, which the program's help does not know. It is asked for them,
            # as it was typed; everything else is left to the function above.
            function _letterbox_offer() { # WORD PREFIX
              [[ "$2$1" == "$curr_word"* ]] && COMPREPLY+=("$2$1")
            }

            function _letterbox_ask() { # ARGUMENTS...
              LETTERBOX_NO_BUILD=1 command "${COMP_WORDS[0]/#\\~/$HOME}" "$@" 2>/dev/null </dev/null
            }

            function _letterbox_accounts() { # DATABASE PREFIX
              local name rest
              while IFS=: read -r name rest; do
                _letterbox_offer "$name" "$2"
              done < <(getent "$1")
            }

            function _letterbox_keys() { # KINDS, as in |server|client|
              local key kind
              while read -r key kind; do
                [[ $key != - && ($1 == any || $1 == *"|$kind|"*) ]] && _letterbox_offer "$key"
              done < <(_letterbox_ask queues --columns key,kind --no-header)
            }

            function _letterbox_queues() {
              local id key
              while read -r id key; do
                _letterbox_offer "$id"
                [[ $key != - ]] && _letterbox_offer "$key"
              done < <(_letterbox_ask queues --columns id,key --no-header)
            }

            function _letterbox_names() {
              local folder= name= word= before=
              local -a server
              server=()
              for word in "${COMP_WORDS[@]}"; do
                case $before in
                  -k | --key) [[ $word != = ]] && server=(--key "$word") ;;
                  --on) return ;; # it may ask for a password
                esac
                [[ $word != = ]] && before=$word
              done
              [[ $curr_word == */* ]] && folder=${curr_word%/*}/
              while IFS= read -r name; do
                _letterbox_offer "$name" "$folder"
              done < <(_letterbox_ask ls --timeout 10s "${server[@]}" -- "${folder:-/}")
              if [[ -n $BASH_VERSION ]] && type compopt &>/dev/null; then
                compopt -o filenames
                [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
              fi
            }

            function _letterbox_complete() {
              local curr_word=${COMP_WORDS[COMP_CWORD]} prev_word=
              local command_word=${COMP_WORDS[1]}
              local divided=
              (( COMP_CWORD > 1 )) && prev_word=${COMP_WORDS[COMP_CWORD-1]}
              # Bash divides --key=VALUE and USER:GROUP.
              if [[ $curr_word == = ]]; then
                curr_word=
              elif [[ $curr_word == : ]] && (( COMP_CWORD > 2 )); then
                divided=1 curr_word= prev_word=${COMP_WORDS[COMP_CWORD-2]}
              elif [[ $prev_word == = ]] && (( COMP_CWORD > 2 )); then
                prev_word=${COMP_WORDS[COMP_CWORD-2]}
              elif [[ $prev_word == : ]] && (( COMP_CWORD > 3 )); then
                divided=1 prev_word=${COMP_WORDS[COMP_CWORD-3]}
              fi
              COMPREPLY=()
              case "$command_word $prev_word" in
                @KEYS@) _letterbox_keys '|server|' ;;
                @SERVED_KEYS@) _letterbox_keys '|left-over|' ;;
                @ANY_KEYS@) _letterbox_keys any ;;
                @USERS@) _letterbox_accounts passwd ;;
                @USERS_AND_GROUPS@)
                  if [[ -n $divided ]]; then
                    _letterbox_accounts group
                  elif [[ $curr_word == *:* ]]; then
                    _letterbox_accounts group "${curr_word%%:*}:"
                  else
                    _letterbox_accounts passwd
                  fi
                  ;;
                @VALUES@) _complete_letterbox; return ;;
                *)
                  case "$command_word $curr_word" in
                    *' '-*) _complete_letterbox; return ;;
                    @QUEUES@) _letterbox_queues ;;
                    @NAMES@) _letterbox_names ;;
                    *) _complete_letterbox; return ;;
                  esac
                  ;;
              esac
              [[ -n $BASH_VERSION ]] && type compopt &>/dev/null && compopt +o default
              return 0
            }
            """;

    private static final String NOTHING = "'no command'";

    private Completion() {}

    /** Returns the script for all commands of the program. */
    static String script(CommandLine letterbox) {
        String generated = AutoComplete.bash(letterbox.getCommandName(), letterbox)
                // The date, so that the same sources make the same files.
                .replaceAll("(?m)^# (Created|Date):.*\\R", "");
        int end = generated.lastIndexOf("\n# Define a completion specification");
        return generated.substring(0, end)
                + functions(letterbox)
                + generated.substring(end).replace("_complete_letterbox", "_letterbox_complete");
    }

    private static String functions(CommandLine letterbox) {
        return FUNCTIONS
                .replace("@KEYS@", options(letterbox, "KEY", Completion::asksAServer))
                .replace(
                        "@SERVED_KEYS@",
                        options(letterbox, "KEY", command -> command.name().equals("serve")))
                .replace("@ANY_KEYS@", options(letterbox, "KEY", Completion::choosesQueues))
                .replace("@USERS@", options(letterbox, "USER", _ -> true))
                .replace("@USERS_AND_GROUPS@", options(letterbox, "USER[:GROUP]", _ -> true))
                .replace("@VALUES@", values(letterbox))
                .replace("@QUEUES@", arguments(letterbox, QueueName.LABEL))
                .replace("@NAMES@", arguments(letterbox, "NAME"));
    }

    private static boolean asksAServer(CommandSpec command) {
        return !choosesQueues(command) && !List.of("serve", "create").contains(command.name());
    }

    private static boolean choosesQueues(CommandSpec command) {
        return command.optionsMap().containsKey("--older-than");
    }

    private static Stream<CommandSpec> commands(CommandLine letterbox) {
        return letterbox.getSubcommands().values().stream().map(CommandLine::getCommandSpec);
    }

    /** Returns the options with values of that kind, as patterns of a command and an option. */
    private static String options(CommandLine letterbox, String label, Predicate<CommandSpec> wanted) {
        return patterns(commands(letterbox)
                .filter(wanted)
                .flatMap(command -> command.options().stream()
                        .filter(option -> option.paramLabel().equals(label))
                        .flatMap(option -> words(command, option))));
    }

    /** Returns all options with a value of any kind: what follows them is no argument of the command. */
    private static String values(CommandLine letterbox) {
        return patterns(commands(letterbox)
                .flatMap(command -> command.options().stream()
                        .filter(option -> option.arity().min() > 0)
                        .flatMap(option -> words(command, option))));
    }

    private static Stream<String> words(CommandSpec command, OptionSpec option) {
        return Stream.of(option.names()).map(name -> command.name() + " " + name);
    }

    /** Returns the commands with arguments of that kind. */
    private static String arguments(CommandLine letterbox, String label) {
        List<String> found = commands(letterbox)
                .filter(command -> command.positionalParameters().stream()
                        .map(ArgSpec::paramLabel)
                        .anyMatch(label::equals))
                .map(CommandSpec::name)
                .toList();
        return found.isEmpty()
                ? NOTHING
                : found.stream().map(name -> "'" + name + " '*").collect(Collectors.joining(" | "));
    }

    private static String patterns(Stream<String> words) {
        String joined = words.map(word -> "'" + word + "'").collect(Collectors.joining(" | "));
        return joined.isEmpty() ? NOTHING : joined;
    }
}
