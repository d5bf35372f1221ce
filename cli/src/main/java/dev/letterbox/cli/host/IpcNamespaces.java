package dev.letterbox.cli.host;

import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The queues of all IPC namespaces that have visible processes, such as those of containers, or are mounted somewhere. One
 * that only an open descriptor keeps is not found.
 *
 * @param namespaces those that were found: this process's own first, then in the order of their first processes
 * @param hiddenProcesses how many visible processes do not show their namespace: those of other users, and to root a few that
 *     the system protects
 * @param complete whether all processes of the machine were looked at
 */
public record IpcNamespaces(List<Namespace> namespaces, int hiddenProcesses, boolean complete) {
    /** Columns of {@code /proc/sysvipc/msg}, see proc_sysvipc(5). */
    private static final int USED_COLUMNS = 8;

    /** Columns of {@code /proc/PID/mountinfo}, see proc_pid_mountinfo(5). */
    private static final int MOUNT_ROOT = 3;

    private static final int MOUNT_POINT = 4;

    /**
     * A namespace and its queues.
     *
     * @param name as in {@code ipc:[4026531839]}
     * @param own whether this process is in it
     * @param entrance a file through which {@code nsenter} enters it
     * @param pid a process in it; empty if none is visible
     * @param program the name of that process
     * @param processes how many visible processes are in it
     * @param mappedUsers whether its users are those of another user namespace, and their numbers mean other users here
     * @param queues its queues; empty if it could not be entered
     * @param refusal why it could not be entered
     */
    public record Namespace(
            String name,
            boolean own,
            String entrance,
            OptionalLong pid,
            Optional<String> program,
            int processes,
            boolean mappedUsers,
            Optional<List<Queue>> queues,
            Optional<String> refusal) {

        JsonObject json(Accounts accounts) {
            return new JsonObject()
                    .put("name", name)
                    .put("own", own)
                    .put("entrance", entrance)
                    .put("pid", pid)
                    .put("program", program)
                    .put("processes", processes)
                    .put(
                            "queues",
                            queues.map(found -> found.stream()
                                    .map(queue -> queue.json(owner(queue, accounts)))
                                    .toList()))
                    .put("refusal", refusal);
        }

        /** Returns the name of a queue's owner; the number alone if it is one of another user namespace. */
        public String owner(Queue queue, Accounts accounts) {
            return mappedUsers ? Integer.toUnsignedString(queue.uid()) : accounts.user(queue.uid());
        }
    }

    /**
     * A queue of another namespace.
     *
     * @param key its key, 0 for a private one
     * @param id its id
     * @param mode its permissions
     * @param bytes the bytes in it
     * @param messages the messages in it
     * @param uid its owner, as the namespace's user namespace shows it
     */
    public record Queue(int key, int id, int mode, long bytes, long messages, int uid) {
        private JsonObject json(String owner) {
            return new JsonObject()
                    .put("id", id)
                    .put("key", key == 0 ? Optional.empty() : Optional.of("0x%08x".formatted(key)))
                    .put("uid", Integer.toUnsignedLong(uid))
                    .put("owner", owner)
                    .put("mode", "0%03o".formatted(mode))
                    .put("messages", messages)
                    .put("bytes", bytes);
        }
    }

    private record Answer(Optional<List<Queue>> queues, String refusal) {}

    /** Finds the namespaces and looks into each. */
    public static IpcNamespaces look() {
        Path proc = Path.of("/proc");
        Optional<String> own = ProcessTable.namespace(proc.resolve("self/ns/ipc"));
        Map<String, List<Long>> processes = new LinkedHashMap<>();
        own.ifPresent(name -> processes.put(name, new ArrayList<>()));
        int hidden = 0;
        for (Path folder : ProcessTable.numbered(proc).stream()
                .sorted((one, other) -> Long.compare(number(one), number(other)))
                .toList()) {
            Path link = folder.resolve("ns/ipc");
            Optional<String> name = ProcessTable.namespace(link);
            if (Processes.isOfTheKernel(folder)) {
                continue;
            }
            if (name.isPresent()) {
                processes.computeIfAbsent(name.get(), _ -> new ArrayList<>()).add(number(folder));
            } else if (isDenied(link)) {
                hidden++;
            }
        }
        List<Namespace> found = new ArrayList<>();
        processes.forEach((name, pids) -> found.add(look(name, own.equals(Optional.of(name)), pids)));
        mounted(proc).forEach((name, mount) -> {
            if (!processes.containsKey(name)) {
                Answer answer = ask(name, List.of("--ipc=" + mount));
                found.add(namespace(name, false, mount, OptionalLong.empty(), 0, false, answer));
            }
        });
        return new IpcNamespaces(found, hidden, hidden == 0 && ProcessTable.isComplete(proc));
    }

    private static long number(Path folder) {
        return Long.parseLong(folder.getFileName().toString());
    }

    private static boolean isDenied(Path link) {
        try {
            Files.readSymbolicLink(link);
            return false;
        } catch (AccessDeniedException denied) {
            return true;
        } catch (IOException exited) {
            return false;
        }
    }

    /** Returns the namespaces that are mounted, as {@code unshare --ipc=FILE} and some container engines do, by name. */
    private static Map<String, String> mounted(Path proc) {
        Map<String, String> mounts = new LinkedHashMap<>();
        Processes.read(proc.resolve("self/mountinfo"))
                .orElse("")
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(row -> row.length > MOUNT_POINT && row[MOUNT_ROOT].startsWith("ipc:["))
                .forEach(row -> mounts.putIfAbsent(row[MOUNT_ROOT], row[MOUNT_POINT]));
        return mounts;
    }

    /** A process may have exited since; then another one leads into the same namespace. */
    private static Namespace look(String name, boolean own, List<Long> processes) {
        if (own) {
            long self = ProcessHandle.current().pid();
            Answer answer = Processes.read(Path.of("/proc/sysvipc/msg"))
                    .map(table -> new Answer(Optional.of(parse(table.lines().toList())), ""))
                    .orElseGet(() -> new Answer(Optional.empty(), "/proc/sysvipc/msg cannot be read"));
            return namespace(name, true, entrance(self), OptionalLong.of(self), processes.size(), false, answer);
        }
        Answer last = new Answer(Optional.empty(), "its processes have exited");
        for (long pid : processes) {
            last = ask(name, List.of("--ipc=" + entrance(pid)));
            boolean mapped = false;
            if (last.queues().isEmpty()) {
                // Whoever made its user namespace, as for a container without root, has the rights there.
                Answer inside = ask(
                        name,
                        List.of(
                                "--user=/proc/" + pid + "/ns/user",
                                "--preserve-credentials",
                                "--ipc=" + entrance(pid)));
                mapped = inside.queues().isPresent();
                last = mapped ? inside : last;
            }
            if (last.queues().isPresent()) {
                return namespace(name, false, entrance(pid), OptionalLong.of(pid), processes.size(), mapped, last);
            }
            if (ProcessTable.namespace(Path.of(entrance(pid))).equals(Optional.of(name))) {
                break; // the others lead to the same refusal
            }
        }
        long first = processes.getFirst();
        return namespace(name, false, entrance(first), OptionalLong.of(first), processes.size(), false, last);
    }

    private static String entrance(long pid) {
        return "/proc/" + pid + "/ns/ipc";
    }

    private static Namespace namespace(
            String name, boolean own, String entrance, OptionalLong pid, int processes, boolean mapped, Answer answer) {
        return new Namespace(
                name,
                own,
                entrance,
                pid,
                pid.stream().mapToObj(IpcNamespaces::program).findFirst(),
                processes,
                mapped,
                answer.queues(),
                answer.queues().isPresent() ? Optional.empty() : Optional.of(answer.refusal()));
    }

    private static String program(long pid) {
        return Printable.inOneLine(
                Processes.read(Path.of("/proc", "" + pid, "comm")).orElse("?").strip());
    }

    /**
     * Reads the table from within: no thread of a JVM can leave its own namespace. The number of a process that has exited
     * may lead elsewhere by now, so the namespace itself says its name.
     */
    private static Answer ask(String name, List<String> namespaces) {
        List<String> words = new ArrayList<>(List.of("nsenter"));
        words.addAll(namespaces);
        words.addAll(List.of("--", "sh", "-c", "readlink /proc/self/ns/ipc && exec cat /proc/sysvipc/msg"));
        try {
            Process inside = new ProcessBuilder(words).redirectErrorStream(true).start();
            inside.getOutputStream().close();
            try (var out = inside.getInputStream()) {
                List<String> lines = new String(out.readAllBytes(), StandardCharsets.US_ASCII)
                        .lines()
                        .toList();
                if (inside.waitFor() == 0 && lines.getFirst().equals(name)) {
                    return new Answer(Optional.of(parse(lines.subList(1, lines.size()))), "");
                }
                String said = Printable.inOneLine(String.join(" ", lines));
                return new Answer(Optional.empty(), said.startsWith("ipc:") ? "its processes have exited" : said);
            }
        } catch (IOException notInstalled) {
            return new Answer(Optional.empty(), "nsenter cannot be started: is util-linux installed?");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Answer(Optional.empty(), "interrupted");
        }
    }

    private static List<Queue> parse(List<String> table) {
        return table.stream()
                .skip(1)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(row -> row.length >= USED_COLUMNS)
                .map(row -> new Queue(
                        Integer.parseInt(row[0]),
                        Integer.parseInt(row[1]),
                        Integer.parseInt(row[2], 8) & 0_777,
                        Long.parseLong(row[3]),
                        Long.parseLong(row[4]),
                        Integer.parseUnsignedInt(row[7])))
                .toList();
    }

    /** Returns all of it for programs. */
    public JsonObject json() {
        Accounts accounts = new Accounts();
        return new JsonObject()
                .put(
                        "namespaces",
                        namespaces.stream().map(each -> each.json(accounts)).toList())
                .put("hiddenProcesses", hiddenProcesses)
                .put("complete", complete);
    }
}
