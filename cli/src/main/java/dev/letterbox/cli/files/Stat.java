package dev.letterbox.cli.files;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.SlowNotice;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code stat}. */
@Command(
        name = "stat",
        description = "Show the kind, mode, size and modification time of files on a server.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  letterbox stat notes.txt",
            "  letterbox stat --json a b c        exit status 1 if one is missing"
        })
public final class Stat implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME",
            arity = "1..*",
            description = "The names of files, relative to the served directory.")
    private List<String> names = List.of();

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Mixin
    private FileListing listing = new FileListing();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ServerOptions.requireNames(names, spec.commandLine());
        try (FileClient client = server.session()) {
            List<FileEntry> entries = new ArrayList<>();
            List<String> refusals = new ArrayList<>();
            boolean heard = false;
            try {
                for (String name : names) {
                    try (SlowNotice _ = server.notice()) {
                        entries.add(client.stat(name));
                    } catch (RequestRefusedException refused) {
                        if (names.size() == 1) {
                            throw refused;
                        }
                        refusals.add(Failures.describe(refused));
                    }
                }
                heard = true;
            } finally {
                // Prints the entries so far, also if the server exits halfway.
                if (heard || !entries.isEmpty()) {
                    listing.write(
                            entries,
                            FileListing.Look.DETAILS,
                            spec.commandLine().getOut());
                }
                refusals.forEach(refusal -> Failures.say(spec.commandLine().getErr(), refusal));
            }
            return refusals.isEmpty() ? 0 : 1;
        }
    }
}
