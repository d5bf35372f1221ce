package dev.letterbox.cli.files;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.SlowNotice;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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
        description = "List a directory on a server.",
        versionProvider = Version.class,
        footer = {
            "",
            "The first letter of -l is the kind, as in ls(1): d directory, l symbolic link, p pipe, s socket. A server"
                    + " does not tell where a link leads: that may be a path on its machine outside the served"
                    + " directory. letterbox stat shows the file that it leads to, if it is inside.",
            "",
            "Examples:",
            "  letterbox ls                the served directory",
            "  letterbox ls -l logs        with modes, sizes and times",
            "  letterbox ls -lh logs       sizes as 1.5 MiB",
            "  letterbox ls -F logs        with @ after links and / after directories",
            "  letterbox ls -R logs        and the directories in it",
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

    @Option(
            names = {"-h", "--human-readable"},
            description = "With -l: show sizes as 1.5 MiB. For help: --help.")
    private boolean human;

    @Option(
            names = {"-F", "--classify"},
            description =
                    "Mark names by their kind: / directory, @ symbolic link, | pipe, = socket, * executable file.")
    private boolean marks;

    @Option(
            names = {"-R", "--recursive"},
            description = "List subdirectories too, recursively. Links are not followed.")
    private boolean recursive;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print version information and exit.")
    private boolean version;

    @Mixin
    private FileListing listing = new FileListing();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ServerOptions.requireNames(List.of(name), spec.commandLine());
        List<RequestRefusedException> refused = new ArrayList<>();
        try (FileClient client = server.session()) {
            listing.write(
                    recursive ? all(client, refused) : list(client, name),
                    new FileListing.Look(details, human, marks),
                    spec.commandLine().getOut());
        }
        refused.forEach(each -> Failures.say(spec.commandLine().getErr(), Failures.describe(each)));
        return refused.isEmpty() ? 0 : 1;
    }

    private List<FileEntry> list(FileClient client, String path) throws RequestException, InterruptedException {
        try (SlowNotice _ = server.notice()) {
            return sorted(client.list(path));
        }
    }

    private static List<FileEntry> sorted(List<FileEntry> entries) {
        return entries.stream().sorted(Comparator.comparing(FileEntry::name)).toList();
    }

    /**
     * Lists a directory and those in it, each entry with its path from the named directory, in the order of paths.
     *
     * @param refused takes what was said of directories in it that the server could not list
     */
    private List<FileEntry> all(FileClient client, List<RequestRefusedException> refused)
            throws RequestException, InterruptedException {
        List<FileEntry> found = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>(List.of(""));
        while (!open.isEmpty()) {
            String folder = open.removeFirst();
            String path = folder.isEmpty() ? name : name.equals("/") ? folder : name + "/" + folder;
            List<String> below = new ArrayList<>();
            for (FileEntry entry : listed(client, path, folder.isEmpty(), refused)) {
                String relative = folder.isEmpty() ? entry.name() : folder + "/" + entry.name();
                found.add(new FileEntry(relative, entry.mode(), entry.size(), entry.modified()));
                if (entry.kind() == FileEntry.Kind.DIRECTORY && !relative.equals(folder)) {
                    below.add(relative);
                }
            }
            open.addAll(below);
        }
        return sorted(found);
    }

    private List<FileEntry> listed(
            FileClient client, String path, boolean isNamed, List<RequestRefusedException> refused)
            throws RequestException, InterruptedException {
        try {
            return list(client, path);
        } catch (RequestRefusedException one) {
            if (isNamed) {
                throw one;
            }
            refused.add(one);
            return List.of();
        }
    }
}
