package dev.letterbox.cli.files;

import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code ls}. */
@Command(
        name = "ls",
        description = "List a directory of a server.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  letterbox ls                the served directory",
            "  letterbox ls -l logs        with modes, sizes and times",
            "  letterbox ls --json logs    for programs"
        })
public final class Ls implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = "/",
            description = "The name of the directory. Default: the served directory itself.")
    private String name = "/";

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(names = "-l", description = "Show modes, sizes and times too.")
    private boolean details;

    @Mixin
    private FileListing listing = new FileListing();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ServerOptions.requireNames(List.of(name), spec.commandLine());
        try (FileClient client = server.session()) {
            List<FileEntry> entries = client.list(name).stream()
                    .sorted(Comparator.comparing(FileEntry::name))
                    .toList();
            listing.write(entries, details, spec.commandLine().getOut());
            return 0;
        }
    }
}
