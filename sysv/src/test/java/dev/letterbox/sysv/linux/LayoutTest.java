package dev.letterbox.sysv.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.Msginfo;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.sysv.linux.layout.OpenHow;
import dev.letterbox.sysv.linux.layout.Pollfd;
import dev.letterbox.sysv.linux.layout.Sembuf;
import dev.letterbox.sysv.linux.layout.SemidDs;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import dev.letterbox.sysv.linux.layout.Sigaction;
import dev.letterbox.sysv.linux.layout.Statx;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.Peers;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every number of the native layer against the C headers of this machine, as a C program sees them. */
final class LayoutTest {
    /** As the C program prints it: {@code IPC_CREAT 512}, {@code msqid_ds.msg_stime 48}, {@code sizeof(…) 8}. */
    private static Map<String, Long> headers = Map.of();

    @BeforeAll
    static void askTheHeaders() {
        headers = read(Command.of(Peers.program("layout")));
    }

    private static Map<String, Long> read(Command layout) {
        return layout.run().expect(0).lines().stream()
                .map(line -> line.split(" (?=-?\\d+$)", -1))
                .collect(Collectors.toMap(words -> words[0], words -> Long.valueOf(words[1]), (first, same) -> first));
    }

    /**
     * The same classes run on both machines, so what they use must be the same in the headers of both. What differs there is
     * used nowhere, or told apart: the end of a set's state, {@code stat}, two flags of open(2), and numbers of calls.
     */
    @Test
    void onBothMachinesTheHeadersAgreeInAllThatIsUsed() {
        Assumptions.assumeFalse(System.getProperty("os.arch").equals("aarch64"), "the headers of aarch64 are tested");
        Map<String, Long> others = read(Peers.command(Machine.AARCH64, "layout"));
        Map<String, Long> here = new LinkedHashMap<>(headers);
        here.keySet().removeIf(LayoutTest::mayDiffer);
        assertThat(here).hasSizeGreaterThan(200);
        assertThat(others).containsAllEntriesOf(here);
        assertThat(SemidDs.LAYOUT.byteSize()).isGreaterThanOrEqualTo(others.get("sizeof(struct semid_ds)"));
        assertThat(others).containsAllEntriesOf(fields("semid_ds", SemidDs.LAYOUT, 0));
        assertThat(others.get("SYS_openat2")).isEqualTo(header("SYS_openat2"));
    }

    private static boolean mayDiffer(String name) {
        return name.matches(
                "SYS_.*|O_DIRECTORY|O_NOFOLLOW|sizeof\\((struct semid_ds|struct stat|stat\\..*)\\)|stat\\..*"
                        + "|semid_ds\\.sem_(ctime|nsems)");
    }

    @Test
    void theStateOfAQueueIsLaidOutAsInC() {
        assertLaidOutAsInC("msqid_ds", MsqidDs.LAYOUT);
    }

    @Test
    void theLimitsAreLaidOutAsInC() {
        assertLaidOutAsInC("msginfo", Msginfo.LAYOUT);
    }

    @Test
    void thePermissionsAreAsLongAsInC() {
        assertThat(IpcPerm.LAYOUT.byteSize()).isEqualTo(header("sizeof(struct ipc_perm)"));
    }

    @Test
    void aSemaphoreOperationIsLaidOutAsInC() {
        assertLaidOutAsInC("sembuf", Sembuf.LAYOUT);
    }

    @Test
    void theStateOfASemaphoreSetHasRoomForTheOneInCAndBeginsAlike() {
        assertThat(SemidDs.LAYOUT.byteSize()).isGreaterThanOrEqualTo(header("sizeof(struct semid_ds)"));
        assertThat(headers).containsAllEntriesOf(fields("semid_ds", SemidDs.LAYOUT, 0));
    }

    @Test
    void theStateOfASegmentIsLaidOutAsInC() {
        assertLaidOutAsInC("shmid_ds", ShmidDs.LAYOUT);
    }

    @Test
    void aQuestionOfADescriptorIsLaidOutAsInC() {
        assertLaidOutAsInC("pollfd", Pollfd.LAYOUT);
    }

    @Test
    void theWayToOpenIsLaidOutAsInC() {
        assertLaidOutAsInC("open_how", OpenHow.LAYOUT);
    }

    @Test
    void theStateOfAFileIsLaidOutAsInC() {
        assertLaidOutAsInC("statx", Statx.LAYOUT);
    }

    @Test
    void aSignalActionIsLaidOutAsInC() {
        assertLaidOutAsInC("sigaction", Sigaction.LAYOUT);
        assertThat(Sigaction.SIGSET.byteSize()).isEqualTo(header("sizeof(sigset_t)"));
    }

    @Test
    void theTypesOfArgumentsAndResultsAreAsLongAsInC() {
        for (String type : List.of("int", "key_t", "pid_t", "uid_t", "gid_t", "mode_t")) {
            assertThat(header("sizeof(" + type + ")")).as(type).isEqualTo(Integer.BYTES);
        }
        for (String type : List.of("long", "void *", "size_t", "ssize_t", "time_t", "off_t", "msgqnum_t", "msglen_t")) {
            assertThat(header("sizeof(" + type + ")")).as(type).isEqualTo(Long.BYTES);
        }
    }

    @Test
    void everyConstantIsTheOneInC() throws IllegalAccessException {
        Map<String, Long> ours = new LinkedHashMap<>();
        for (Class<?> calls : List.of(Linux.class, LinuxFiles.class)) {
            for (Field constant : calls.getFields()) {
                ours.put(constant.getName(), constant.getLong(null));
            }
        }
        assertThat(ours).containsKeys("IPC_CREAT", "MSG_COPY", "SA_RESTART", "O_PATH", "RESOLVE_IN_ROOT");
        ours.put("AT_EMPTY_PATH", (long) Statx.AT_EMPTY_PATH);
        ours.put("STATX_BASIC_STATS", (long) Statx.BASIC_STATS);

        assertThat(headers).containsAllEntriesOf(ours);
    }

    @Test
    void theNumbersThatTheImplementationKeepsToItselfAreThoseInC() throws ReflectiveOperationException {
        assertThat(kept(NativeLinuxFiles.class, "OPENAT2")).isEqualTo(header("SYS_openat2"));
        assertThat(kept(NativeLinux.class, "SIG_UNBLOCK")).isEqualTo(header("SIG_UNBLOCK"));
        assertThat(kept(NativeLinux.class, "FIRST_WAKE_SIGNAL")).isGreaterThanOrEqualTo(header("SIGRTMIN"));
        // The JVM uses the last but two.
        assertThat(kept(NativeLinux.class, "LAST_WAKE_SIGNAL")).isLessThan(header("SIGRTMAX") - 2);
    }

    private static long kept(Class<?> holder, String name) throws ReflectiveOperationException {
        Field field = holder.getDeclaredField(name);
        field.setAccessible(true);
        return ((Number) field.get(null)).longValue();
    }

    @Test
    void everyErrorHasItsNumberInC() {
        Map<String, Long> ours = new LinkedHashMap<>();
        for (Errno errno : Errno.values()) {
            ours.put(errno.name(), (long) errno.number());
        }
        assertThat(headers).containsAllEntriesOf(ours);
    }

    @Test
    void everyErrorHasTheTextOfTheCLibrary() throws Throwable {
        MethodHandle strerror = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("strerror"),
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS.withTargetLayout(
                                        MemoryLayout.sequenceLayout(256, ValueLayout.JAVA_BYTE)),
                                ValueLayout.JAVA_INT));
        for (Errno errno : Errno.values()) {
            MemorySegment text = (MemorySegment) strerror.invokeExact(errno.number());
            assertThat(errno.text()).as(errno.name()).isEqualTo(text.getString(0));
        }
    }

    @Test
    void theAccessorsOfAStateReadTheFieldsOfTheirNames() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = numbered(arena, MsqidDs.LAYOUT);

            assertThat(IpcPerm.key(state)).isEqualTo(at(state, "msqid_ds.msg_perm.key"));
            assertThat(IpcPerm.uid(state)).isEqualTo(at(state, "msqid_ds.msg_perm.uid"));
            assertThat(IpcPerm.gid(state)).isEqualTo(at(state, "msqid_ds.msg_perm.gid"));
            assertThat(IpcPerm.cuid(state)).isEqualTo(at(state, "msqid_ds.msg_perm.cuid"));
            assertThat(IpcPerm.cgid(state)).isEqualTo(at(state, "msqid_ds.msg_perm.cgid"));
            assertThat(IpcPerm.mode(state)).isEqualTo(at(state, "msqid_ds.msg_perm.mode") & 0_777);
            assertThat(MsqidDs.lspid(state)).isEqualTo(at(state, "msqid_ds.msg_lspid"));
            assertThat(MsqidDs.lrpid(state)).isEqualTo(at(state, "msqid_ds.msg_lrpid"));
            Map<String, LongSupplier> longs = Map.of(
                    "stime", () -> MsqidDs.stime(state),
                    "rtime", () -> MsqidDs.rtime(state),
                    "ctime", () -> MsqidDs.ctime(state),
                    "cbytes", () -> MsqidDs.cbytes(state),
                    "qnum", () -> MsqidDs.qnum(state),
                    "qbytes", () -> MsqidDs.qbytes(state));
            longs.forEach((name, accessor) -> assertThat(accessor.getAsLong())
                    .as(name)
                    .isEqualTo(state.get(ValueLayout.JAVA_LONG, header("msqid_ds.msg_" + name))));
        }
    }

    @Test
    void theAccessorsOfASegmentReadTheFieldsOfTheirNames() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = numbered(arena, ShmidDs.LAYOUT);
            assertThat(ShmidDs.ctime(state)).isEqualTo(state.get(ValueLayout.JAVA_LONG, header("shmid_ds.shm_ctime")));
            assertThat(ShmidDs.nattch(state))
                    .isEqualTo(state.get(ValueLayout.JAVA_LONG, header("shmid_ds.shm_nattch")));
        }
    }

    @Test
    void theAccessorsOfTheLimitsReadTheFieldsOfTheirNames() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = numbered(arena, Msginfo.LAYOUT);
            Map<String, IntSupplier> ints = Map.of(
                    "msgmax", () -> Msginfo.msgmax(info),
                    "msgmnb", () -> Msginfo.msgmnb(info),
                    "msgmni", () -> Msginfo.msgmni(info),
                    "msgpool", () -> Msginfo.queues(info),
                    "msgmap", () -> Msginfo.messages(info),
                    "msgtql", () -> Msginfo.bytes(info));
            ints.forEach((name, accessor) ->
                    assertThat(accessor.getAsInt()).as(name).isEqualTo(at(info, "msginfo." + name)));
        }
    }

    @Test
    void whatIsWrittenGoesToTheFieldsOfItsNames() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            IpcPerm.set(state, 11, 12, 0_613);
            MsqidDs.setQbytes(state, 1L << 40);
            assertThat(at(state, "msqid_ds.msg_perm.uid")).isEqualTo(11);
            assertThat(at(state, "msqid_ds.msg_perm.gid")).isEqualTo(12);
            assertThat(at(state, "msqid_ds.msg_perm.mode")).isEqualTo(0_613);
            assertThat(MsqidDs.qbytes(state)).isEqualTo(1L << 40);

            MemorySegment how = OpenHow.allocate(arena, 5, 6);
            assertThat(how.get(ValueLayout.JAVA_LONG, header("open_how.flags"))).isEqualTo(5);
            assertThat(how.get(ValueLayout.JAVA_LONG, header("open_how.mode"))).isZero();
            assertThat(how.get(ValueLayout.JAVA_LONG, header("open_how.resolve")))
                    .isEqualTo(6);

            MemorySegment question = Pollfd.forTheWorst(arena, 7);
            assertThat(at(question, "pollfd.fd")).isEqualTo(7);
            assertThat(question.get(ValueLayout.JAVA_SHORT, header("pollfd.events")))
                    .isZero();

            MemorySegment operations = arena.allocate(Sembuf.LAYOUT, 2);
            Sembuf.set(operations, 1, -3, Linux.SEM_UNDO);
            long second = header("sizeof(struct sembuf)");
            assertThat(operations.get(ValueLayout.JAVA_SHORT, second + header("sembuf.sem_op")))
                    .isEqualTo((short) -3);
            assertThat(operations.get(ValueLayout.JAVA_SHORT, second + header("sembuf.sem_flg")))
                    .isEqualTo((short) Linux.SEM_UNDO);
        }
    }

    private static int at(MemorySegment struct, String field) {
        return struct.get(ValueLayout.JAVA_INT, header(field));
    }

    /** Makes a structure in which no two fields are alike. */
    private static MemorySegment numbered(Arena arena, StructLayout layout) {
        MemorySegment struct = arena.allocate(layout);
        for (long place = 0; place < struct.byteSize(); place++) {
            struct.set(ValueLayout.JAVA_BYTE, place, (byte) (place + 1));
        }
        return struct;
    }

    private static long header(String name) {
        assertThat(headers).as("what the headers tell").containsKey(name);
        return headers.get(name);
    }

    private static void assertLaidOutAsInC(String struct, StructLayout layout) {
        Map<String, Long> ours = fields(struct, layout, 0);
        assertThat(ours).isNotEmpty();
        ours.put("sizeof(struct " + struct + ")", layout.byteSize());
        assertThat(headers).containsAllEntriesOf(ours);
    }

    /** Walks all named fields, those of structures inside too, and tells of each its place and its size. */
    private static Map<String, Long> fields(String path, GroupLayout layout, long start) {
        Map<String, Long> fields = new LinkedHashMap<>();
        for (MemoryLayout field : layout.memberLayouts()) {
            String fieldName = field.name().orElse("");
            // Padding, and what only the C library itself knows, have no name in the headers.
            if (fieldName.isEmpty() || fieldName.startsWith("__glibc_reserved") || fieldName.equals("sa_restorer")) {
                continue;
            }
            // The C program prints the names without the underscores that hide them.
            String name = path + "." + fieldName.replaceFirst("^__", "");
            long offset = start + layout.byteOffset(PathElement.groupElement(fieldName));
            fields.put(name, offset);
            fields.put("sizeof(" + name + ")", field.byteSize());
            if (field instanceof GroupLayout inner) {
                fields.putAll(fields(name, inner, offset));
            }
        }
        return fields;
    }

    @Test
    void noLayoutIsForgottenHere() {
        List<Class<?>> layouts = List.of(
                IpcPerm.class,
                MsqidDs.class,
                Msginfo.class,
                Sembuf.class,
                SemidDs.class,
                ShmidDs.class,
                OpenHow.class,
                Pollfd.class,
                Statx.class,
                Sigaction.class);
        assertThat(layouts)
                .allSatisfy(type -> assertThat(Arrays.stream(type.getDeclaredFields())
                                .filter(field -> Modifier.isStatic(field.getModifiers()))
                                .map(Field::getType))
                        .contains(StructLayout.class));
    }
}
